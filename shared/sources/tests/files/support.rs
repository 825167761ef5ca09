//! A data folder, a data set over it, and what reading it gave.

use std::path::Path;

use arrow::record_batch::RecordBatch;
use tempfile::TempDir;
use tieout_catalog::{Compression, DataSet, DataSetQuery, Encoding, FileFormat, FilesQuery, Scope};
use tieout_model::{Column, Contract, CutoffDate, ReasonCode, ValueFormat};
use tieout_pipeline::ports::{Parameters, Reject, Source, SourceError, SourceRequest};
use tieout_sources::FilesSource;
use tieout_tables::cell_text;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A required column that may be null.
pub(crate) fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.parse().unwrap(),
        nullable: true,
        required: true,
        headers: vec![name.to_owned()],
        format: ValueFormat::default(),
    }
}

/// A required column without nulls.
pub(crate) fn not_null(name: &str, data_type: &str) -> Column {
    Column { nullable: false, ..column(name, data_type) }
}

pub(crate) fn csv() -> FileFormat {
    FileFormat::Csv { delimiter: b';', quote: Some(b'"'), header: true, skip_rows: 0, encoding: Encoding::Utf8 }
}

pub(crate) fn data_set(file: &str, format: FileFormat, columns: Vec<Column>) -> DataSet {
    DataSet {
        name: "statement".to_owned(),
        source: "bank".to_owned(),
        query: DataSetQuery::Files(FilesQuery { file: file.to_owned(), format, compression: Compression::ByName }),
        contract: Contract { columns, ..Contract::default() },
        scope: Scope::default(),
        rejects_tolerated: 0,
        only_for: None,
        optional: false,
        tests: Vec::new(),
    }
}

/// What reading a data set to its end gave.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) batch_sizes: Vec<usize>,
    pub(crate) bytes_read: Vec<u64>,
    pub(crate) origins: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) size_bytes: Option<u64>,
}

impl Outcome {
    /// All rows as canonical text; null is `~`.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        let row = |batch: &RecordBatch, row: usize| {
            batch.columns().iter().map(|array| cell_text(array, row).unwrap().unwrap_or("~".to_owned())).collect()
        };
        self.batches
            .iter()
            .flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at)).collect::<Vec<_>>())
            .collect()
    }

    /// The rejects as `line column: problem [masked]`.
    pub(crate) fn rejects(&self) -> Vec<String> {
        let text =
            |reject: &Reject| format!("{} {}: {} [{}]", reject.line, reject.column, reject.problem, reject.masked);
        self.rejects.iter().map(text).collect()
    }
}

/// Reads a data set to its end.
pub(crate) fn read(folder: &Path, data_set: &DataSet) -> Result<Outcome, SourceError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let parameters = Parameters::default();
        let cutoff_date: CutoffDate = "2024-12-31".parse().unwrap();
        let folder = Some(folder.to_owned());
        let request =
            SourceRequest { database: None, range: None, data_set, cutoff_date, parameters: &parameters, folder };
        let mut reader = FilesSource::new().open(&request).await?;
        let (mut batches, mut rejects, mut batch_sizes, mut bytes_read) = (vec![], vec![], vec![], vec![]);
        while let Some(batch) = reader.next_batch().await? {
            batch_sizes.push(batch.rows.num_rows() + batch.rejects.len());
            bytes_read.push(batch.bytes_read);
            batches.push(batch.rows);
            rejects.extend(batch.rejects);
        }
        assert!(reader.next_batch().await?.is_none(), "the end stays the end");
        let (origins, notes, size_bytes) = (reader.origins(), reader.notes(), reader.size_bytes());
        Ok(Outcome { batches, rejects, batch_sizes, bytes_read, origins, notes, size_bytes })
    })
}

/// Reads one file of this name and content.
pub(crate) fn read_one(
    name: &str,
    bytes: &[u8],
    format: FileFormat,
    columns: Vec<Column>,
) -> Result<Outcome, SourceError> {
    read(folder(&[(name, bytes)]).path(), &data_set(name, format, columns))
}

/// Reads one file by a contract.
pub(crate) fn read_contract(
    name: &str,
    bytes: &[u8],
    format: FileFormat,
    contract: Contract,
) -> Result<Outcome, SourceError> {
    read(folder(&[(name, bytes)]).path(), &DataSet { contract, ..data_set(name, format, Vec::new()) })
}

/// The refusal that reading one file of this name and content ends with: code, detail, cure.
pub(crate) fn refusal(
    name: &str,
    bytes: &[u8],
    format: FileFormat,
    columns: Vec<Column>,
) -> (ReasonCode, String, String) {
    match read_one(name, bytes, format, columns) {
        Err(SourceError::Refused { code, detail, cure }) => {
            assert!(!detail.contains("/tmp") && !cure.is_empty(), "{detail}");
            (code, detail, cure)
        }
        other => panic!("{other:?}"),
    }
}
