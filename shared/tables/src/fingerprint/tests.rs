//! Fingerprints are the same on every way to them, differ where cells differ, and are what their description says.

mod chosen;
mod damage;
mod golden;
mod ways;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use tieout_model::{Normalisation, NormalisationStep};

use super::*;
use crate::{ParquetTable, TableError};

fn text(steps: &[NormalisationStep]) -> CellForm {
    CellForm::Text(TextForm::new(&Normalisation(steps.iter().copied().collect())))
}

/// The form that leaves cells as they are.
fn plain_form(data_type: &DataType) -> CellForm {
    match data_type {
        DataType::Utf8 => text(&[]),
        DataType::Boolean => CellForm::Boolean,
        DataType::Date32 => CellForm::Date,
        DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, _) => CellForm::Timestamp { up: 0 },
        DataType::Time64(_) => CellForm::Time { up: 0 },
        DataType::Float64 => CellForm::Float,
        DataType::Binary => CellForm::Bytes,
        _ => CellForm::Number { up: 0 },
    }
}

/// A file of one column.
fn written(path: &Path, array: ArrayRef, properties: WriterProperties) {
    let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
    written_batch(path, &batch, properties);
}

fn written_batch(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The fingerprints of all row groups, one window behind the other.
fn all(table: &ParquetTable, plan: &FingerprintPlan) -> Result<Fingerprints, TableError> {
    let keys = FingerprintKeys::new([3; 32], plan.key.len(), plan.values.len());
    let mut all = Fingerprints::default();
    for group in 0..table.groups() {
        let first = all.keys.len();
        table.fingerprint(group, plan, &keys, &mut |window| {
            assert_eq!(all.keys.len(), first + window.first_row);
            assert_eq!(window.keys.len(), window.values.len());
            assert!(window.keys.len() <= WINDOW_ROWS);
            let before = u32::try_from(all.keys.len()).unwrap();
            all.keys.extend_from_slice(&window.keys);
            all.values.extend_from_slice(&window.values);
            all.null_keys.extend(window.null_keys.iter().map(|row| row + before));
            Ok(())
        })?;
    }
    Ok(all)
}

/// The fingerprints of a file's only column, as key and as value.
fn of_column(path: &Path, form: &CellForm) -> Result<Fingerprints, TableError> {
    let column = FingerprintColumn { column: 0, form: form.clone() };
    all(&ParquetTable::open(path, None)?, &FingerprintPlan { key: vec![column.clone()], values: vec![column] })
}

/// The fingerprints of an array under a form, by way of a file.
fn of_array(array: impl Array + 'static, form: &CellForm) -> Fingerprints {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    written(&path, Arc::new(array), WriterProperties::default());
    of_column(&path, form).unwrap()
}
