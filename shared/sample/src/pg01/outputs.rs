//! Where the rows of a sample go: the CSV files, the source tables where they are wanted, and the control totals.
//!
//! With source tables the CSV files hold exactly what the control's queries return over them; without, they hold as
//! well what an export with other parameters would: rows that the control must keep out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::data_set::DataSet;
use super::defect::Defect;
use super::table::Table;
use crate::cell::Cell;
use crate::csv_file::{CsvFile, Layout, Total};
use crate::error::SampleError;
use crate::source_table::SourceTable;

/// The files of a sample while they are written.
pub(super) struct Outputs {
    folder: PathBuf,
    files: BTreeMap<DataSet, CsvFile>,
    tables: BTreeMap<Table, SourceTable>,
    /// Whether every row is one that a query leaves out.
    all_outside: bool,
}

impl Outputs {
    pub(super) fn create(folder: &Path, tables_folder: Option<&Path>, defects: &[Defect]) -> Result<Self, SampleError> {
        let mut files = BTreeMap::new();
        for set in DataSet::ALL.into_iter().filter(|set| !(defects.contains(&Defect::DatasetMissing) && is_lost(*set)))
        {
            let path = folder.join(format!("{}.csv", set.id()));
            files.insert(set, CsvFile::create(&path, damaged(set, set.layout(), defects))?);
        }
        let mut tables = BTreeMap::new();
        for table in Table::ALL.into_iter().filter(|_| tables_folder.is_some()) {
            let path = tables_folder.unwrap_or(folder).join(format!("{}.parquet", table.place()));
            tables.insert(table, SourceTable::create(&path, table.columns())?);
        }
        Ok(Self { folder: folder.to_owned(), files, tables, all_outside: false })
    }

    /// Whether source tables are written, and the CSV files hold what queries return.
    pub(super) fn as_extracted(&self) -> bool {
        !self.tables.is_empty()
    }

    /// A row of a data set.
    pub(super) fn row(&mut self, set: DataSet, cells: &[Cell<'_>]) -> Result<(), SampleError> {
        if self.all_outside && self.as_extracted() {
            return Ok(());
        }
        self.files.get_mut(&set).map_or(Ok(()), |file| file.row(cells))
    }

    /// From here on every row is, or is not, one that a query leaves out: of a company that no run selects.
    pub(super) fn keep_outside(&mut self, all: bool) {
        self.all_outside = all;
    }

    /// A row that only an export with other parameters holds: the control's own query does not return it.
    pub(super) fn outside(&mut self, set: DataSet, cells: &[Cell<'_>]) -> Result<(), SampleError> {
        if self.as_extracted() { Ok(()) } else { self.row(set, cells) }
    }

    /// A row of a data set, or one that only an export with other parameters holds.
    pub(super) fn put(&mut self, set: DataSet, cells: &[Cell<'_>], outside: bool) -> Result<(), SampleError> {
        if outside { self.outside(set, cells) } else { self.row(set, cells) }
    }

    /// A row of a source table.
    pub(super) fn table(&mut self, table: Table, cells: &[Cell<'_>]) -> Result<(), SampleError> {
        self.tables.get_mut(&table).map_or(Ok(()), |file| file.row(cells))
    }

    /// Ends all files and writes the control totals.
    pub(super) fn finish(self, defects: &[Defect]) -> Result<BTreeMap<DataSet, Total>, SampleError> {
        for table in self.tables.into_values() {
            table.finish()?;
        }
        let mut totals = BTreeMap::new();
        for (set, file) in self.files {
            totals.insert(set, file.finish()?);
        }
        let path = self.folder.join("control_totals.csv");
        fs::write(&path, control_totals(&totals, defects)).map_err(|error| SampleError::file(&path, error))?;
        Ok(totals)
    }
}

/// The list of control totals, with the mistakes that were asked for.
fn control_totals(totals: &BTreeMap<DataSet, Total>, defects: &[Defect]) -> String {
    let mut text = "dataset,rows,amount\r\n".to_owned();
    for (set, total) in totals {
        if *set == DataSet::Cr03 && defects.contains(&Defect::CompletenessNotProven) {
            continue;
        }
        let one_more = *set == DataSet::Ipe08 && defects.contains(&Defect::CompletenessFailed);
        let rows = total.rows + u64::from(one_more);
        text.extend([set.id(), ",", &rows.to_string(), ",", &ten_thousandths(total.amount), "\r\n"]);
    }
    text
}

/// The data set that is left out when one is to be missing.
fn is_lost(set: DataSet) -> bool {
    set == DataSet::Ipe31
}

/// The layout of a file, with the mistakes in headers that were asked for.
fn damaged(set: DataSet, mut layout: Layout, defects: &[Defect]) -> Layout {
    let place = |name: &str| layout.headers.iter().position(|header| *header == name);
    if set == DataSet::Ipe08 && defects.contains(&Defect::ColumnMissing) {
        layout.without = place("is_active");
    }
    if set == DataSet::Ipe07
        && defects.contains(&Defect::HeaderAmbiguous)
        && let Some(place) = place("Entry No_")
    {
        layout.headers[place] = "EntryNo";
        layout.repeated = Some((place, "entry_no"));
    }
    layout
}

/// A number of ten-thousandths with at least two decimals.
pub(super) fn ten_thousandths(amount: i128) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:04}", amount.unsigned_abs() / 10_000, amount.unsigned_abs() % 10_000);
    text.strip_suffix("00").map_or(text.clone(), str::to_owned)
}

/// A sum of cents as text.
pub(super) fn cents_text(cents: i128) -> String {
    ten_thousandths(cents * 100)
}
