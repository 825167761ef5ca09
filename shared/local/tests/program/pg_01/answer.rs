//! Runs PG-01 over books and reads the tables that it wrote.

use std::path::Path;

use arrow::array::RecordBatch;
use tempfile::TempDir;
use tieout_model::{ReasonCode, RunResult};
use tieout_tables::{TableReader, cell_text};

use super::books::Books;
use crate::harness::{Bench, tree};

/// What a run of PG-01 left behind.
pub(crate) struct Answer {
    pub(crate) result: RunResult,
    store: TempDir,
}

impl Answer {
    /// Runs the control over the books for these accounts, and for the companies that they name.
    pub(crate) async fn of(books: &Books, cutoff: &str, companies: &[&str], accounts: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        books.write(data.path());
        Self::of_folder(data.path(), cutoff, &companies.join(","), accounts).await
    }

    /// Runs the control over a folder of files.
    pub(crate) async fn of_folder(data: &Path, cutoff: &str, companies: &str, accounts: &str) -> Self {
        let mut bench = Bench::built_in("pg-01", cutoff);
        bench.data_folder = Some(data.to_owned());
        for (name, value) in [("companies", companies), ("accounts", accounts)] {
            bench.parameters.insert(name.to_owned(), value.to_owned());
        }
        let (result, store) = bench.result().await;
        Self { result, store }
    }

    /// The named columns of a table as texts, a row as one text with ` | ` between; null is `~`. Decimals lose the zeros
    /// that a ledger keeps and a reader does not want.
    pub(crate) fn rows(&self, table: &str, columns: &[&str]) -> Vec<String> {
        let path = self.place_of(table);
        let batches: Vec<RecordBatch> = TableReader::open(&path).unwrap().map(Result::unwrap).collect();
        let mut rows = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let cell = |column: &&str| {
                    let found = batch.column_by_name(column);
                    let array = found.unwrap_or_else(|| panic!("{table} has no column {column}: {:?}", batch.schema()));
                    cell_text(array, row).unwrap().map_or_else(|| "~".to_owned(), |text| short(&text))
                };
                rows.push(columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
            }
        }
        rows
    }

    /// Codes and subjects of all reasons.
    pub(crate) fn reasons(&self) -> Vec<(ReasonCode, &str)> {
        self.result.reasons.iter().map(|reason| (reason.code, reason.subject.as_str())).collect()
    }

    fn place_of(&self, table: &str) -> std::path::PathBuf {
        let ends =
            ["/threshold-{}.parquet", "/{}.parquet", "/{}/part-00000.parquet"].map(|end| end.replace("{}", table));
        let files = tree(self.store.path());
        let found = files.keys().find(|name| ends.iter().any(|end| name.ends_with(end)));
        let known = || files.keys().cloned().collect::<Vec<_>>().join("\n");
        self.store.path().join(found.unwrap_or_else(|| panic!("there is no table {table} among\n{}", known())))
    }
}

/// `12.5000000000` as `12.50`, `-3.0000000000` as `-3.00`; other texts as they are.
fn short(text: &str) -> String {
    let Some((whole, fraction)) = text.split_once('.') else { return text.to_owned() };
    if fraction.len() != 10 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let kept = fraction.trim_end_matches('0');
    format!("{whole}.{kept:0<2}")
}
