//! Why a report could not be written.

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page could not be put together.
    #[error("report.html could not be rendered")]
    Page(#[source] askama::Error),
    /// The exceptions could not be written.
    #[error("exceptions.csv could not be written; look for space and permission on the scratch folder")]
    Csv(#[source] csv::Error),
    /// A table of exceptions has a row that does not fit its columns.
    #[error("table '{table}' has {columns} columns and a row of {cells} cells")]
    Ragged {
        /// Id of the table.
        table: String,
        /// Columns that the table declares.
        columns: usize,
        /// Cells in the row.
        cells: usize,
    },
}
