//! Tables that are part of the definition: CSV files below the control's folder.
//!
//! They are read here as text only, for registries; as data sets they are read like any other.

use tieout_model::Column;
use toml::de::DeValue;

use crate::definition::{DataSet, DataSetQuery, FileFormat};
use crate::folder::ControlFolder;

/// The folder of such tables when the source names none.
pub(crate) const TABLES_FOLDER: &str = "tables";

/// The folders of tables that `control.toml` declares, as far as it can be read.
pub fn table_folders(definition: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(definition).unwrap_or_default();
    let (document, _) = toml::de::DeTable::parse_recoverable(text);
    let Some(DeValue::Array(sources)) = document.get_ref().get("sources").map(toml::Spanned::get_ref) else {
        return Vec::new();
    };
    let folder = |source: &toml::Spanned<DeValue<'_>>| {
        let DeValue::Table(source) = source.get_ref() else { return None };
        let text = |key: &str| match source.get(key).map(toml::Spanned::get_ref) {
            Some(DeValue::String(text)) => Some(text.to_string()),
            _ => None,
        };
        let is_definition = text("kind").is_some_and(|kind| kind == "definition");
        is_definition.then(|| text("folder").unwrap_or_else(|| TABLES_FOLDER.to_owned()))
    };
    sources.iter().filter_map(folder).collect()
}

/// The cells of a file as text.
pub(crate) struct Cells {
    headers: Vec<String>,
    /// Rows in their order.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Cells {
    /// Where the cells of a column stand; `None` when no header names it.
    pub(crate) fn place(&self, column: &Column) -> Option<usize> {
        let names = |header: &String| column.headers.iter().any(|name| name == header.trim());
        self.headers.iter().position(names)
    }
}

/// The path of a table's file below the control's folder.
pub(crate) fn table_path(folder: &str, data_set: &DataSet) -> Option<String> {
    match &data_set.query {
        DataSetQuery::Files(query) => Some(format!("{folder}/{}", query.file)),
        DataSetQuery::Database(_) => None,
    }
}

/// The cells of a data set's file, or the problem, as a sentence.
pub(crate) fn read_cells(data_set: &DataSet, table_folder: &str, folder: &ControlFolder) -> Result<Cells, String> {
    let path = table_path(table_folder, data_set).ok_or("a registry must be a file of the definition")?;
    let DataSetQuery::Files(query) = &data_set.query else { return Err("a registry must be a file".to_owned()) };
    let FileFormat::Csv { delimiter, header: true, .. } = &query.format else {
        return Err("a registry must be a CSV file with a header row".to_owned());
    };
    let bytes = folder.files.get(&path).ok_or_else(|| format!("there is no file '{path}' in the control's folder"))?;
    let text = std::str::from_utf8(bytes).map_err(|_| format!("'{path}' is not UTF-8 text"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(*delimiter).has_headers(true).from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let headers = reader.headers().map(cells).map_err(|error| format!("'{path}': {error}"))?;
    let rows: Result<Vec<_>, _> = reader.records().map(|record| record.map(|record| cells(&record))).collect();
    Ok(Cells { headers, rows: rows.map_err(|error| format!("'{path}': {error}"))? })
}
