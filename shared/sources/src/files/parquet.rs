//! Parquet files: columns of the contract's types, exactly or not at all.
//!
//! The file is read in places, so its digest is taken before and after: both must be the same, or what was read is
//! not what the evidence would name.

use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Seek};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use tieout_model::{Contract, Digest, Sha256Stream};
use tieout_pipeline::ports::{Reject, SourceError};
use tieout_tables::{RowProblem, TableError, conform};

use super::collector::{Collector, MAX_BATCH_ROWS};
use super::folder::InputFile;
use super::header::{Headers, match_headers};
use super::input::{Origin, open};
use super::refusal::{transient, unreadable};

/// The size that a batch should stay below by the file's own account of its columns, in bytes.
const MAX_BATCH_BYTES: u64 = 8 * 1024 * 1024;

const DELIVER_AGAIN: &str = "deliver the file again, or correct the `format` of the data set";

/// Reads all rows of a file into the collector.
pub(super) fn read(file: &InputFile, contract: &Contract, collector: &mut Collector) -> Result<Origin, SourceError> {
    let name = &file.name;
    let mut handle = open(file)?;
    let (digest, size_bytes) = hash(&mut handle, name)?;
    let parquet = handle.try_clone().map_err(|error| cut_short(name, &error))?;
    let opened = open_columns(parquet, name, contract)?;
    let mut rows_done: u64 = 0;
    for batch in opened.reader {
        let batch = batch.map_err(|error| damaged(name, &error))?;
        let batch = in_contract_order(&batch, &opened.positions, contract).map_err(|error| damaged(name, &error))?;
        let conformed = conform(&batch, contract).map_err(|error| unfit(name, &error))?;
        let reject = |(row, problem): (usize, RowProblem)| Reject {
            origin: name.clone(),
            line: rows_done + row as u64 + 1,
            column: problem.column,
            masked: problem.masked,
            problem: problem.problem,
        };
        let rejects = conformed.rejected.into_iter().map(reject).collect();
        rows_done += batch.num_rows() as u64;
        let bytes_read = share(size_bytes, rows_done, opened.rows);
        collector.push_batch(conformed.rows, rejects, bytes_read)?;
    }
    if rows_done != opened.rows {
        return Err(damaged(name, &"it has another number of rows than its footer says"));
    }
    if hash(&mut handle, name)? != (digest, size_bytes) {
        return Err(transient(format!("{name} changed while it was read")));
    }
    Ok(Origin { name: name.clone(), size_bytes, digest, notes: opened.notes })
}

/// A file of which the contract's columns are read.
struct OpenColumns {
    reader: ParquetRecordBatchReader,
    /// For each column of the contract, its place among the columns that are read.
    positions: Vec<Option<usize>>,
    rows: u64,
    notes: Vec<String>,
}

fn open_columns(file: File, name: &str, contract: &Contract) -> Result<OpenColumns, SourceError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(name, &error))?;
    let schema = Arc::clone(builder.schema());
    let headers: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let Headers { positions: found, notes } = match_headers(name, &headers, contract)?;
    // The reader delivers the columns in the file's order, whatever the order in which they are asked for.
    let mut read: Vec<usize> = found.iter().copied().flatten().collect();
    read.sort_unstable();
    let place = |position: usize| read.iter().position(|read| *read == position);
    let positions: Vec<Option<usize>> = found.into_iter().map(|position| position.and_then(place)).collect();
    let projected = schema.project(&read).map_err(|error| damaged(name, &error))?;
    check_types(&Arc::new(projected), &positions, name, contract)?;
    let metadata = builder.metadata();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
    let bytes: u64 =
        metadata.row_groups().iter().map(|group| u64::try_from(group.total_byte_size()).unwrap_or(0)).sum();
    let row_bytes = (bytes / rows.max(1)).max(1);
    let batch_rows = usize::try_from(MAX_BATCH_BYTES / row_bytes).unwrap_or(MAX_BATCH_ROWS).clamp(1, MAX_BATCH_ROWS);
    let mask = ProjectionMask::roots(builder.parquet_schema(), read);
    let reader =
        builder.with_projection(mask).with_batch_size(batch_rows).build().map_err(|error| damaged(name, &error))?;
    Ok(OpenColumns { reader, positions, rows, notes })
}

/// Refuses types that no value could convert from, even in a file without rows.
fn check_types(
    schema: &SchemaRef,
    positions: &[Option<usize>],
    name: &str,
    contract: &Contract,
) -> Result<(), SourceError> {
    let empty = RecordBatch::new_empty(Arc::clone(schema));
    let empty = in_contract_order(&empty, positions, contract).map_err(|error| damaged(name, &error))?;
    conform(&empty, contract).map(drop).map_err(|error| unfit(name, &error))
}

/// The columns under the contract's names and in its order, without the optional ones that are absent.
fn in_contract_order(
    batch: &RecordBatch,
    positions: &[Option<usize>],
    contract: &Contract,
) -> Result<RecordBatch, ArrowError> {
    let found = contract.columns.iter().zip(positions).filter_map(|(column, position)| Some((column, (*position)?)));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = found
        .filter_map(|(column, position)| Some((column, batch.columns().get(position)?)))
        .map(|(column, array)| (Field::new(&column.name, array.data_type().clone(), true), Arc::clone(array)))
        .unzip();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
}

/// The part of the file's bytes that stands for `done` of `rows` rows.
fn share(size_bytes: u64, done: u64, rows: u64) -> u64 {
    let part = u128::from(size_bytes) * u128::from(done) / u128::from(rows.max(1));
    u64::try_from(part).unwrap_or(size_bytes)
}

/// Digest and size of a file from its first byte.
fn hash(file: &mut File, name: &str) -> Result<(Digest, u64), SourceError> {
    let mut stream = Sha256Stream::default();
    let mut buffer = vec![0; 128 * 1024];
    file.rewind().map_err(|error| cut_short(name, &error))?;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(stream.finish()),
            Ok(count) => stream.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(cut_short(name, &error)),
        }
    }
}

fn cut_short(name: &str, error: &std::io::Error) -> SourceError {
    transient(format!("{name} could not be read to its end ({})", error.kind()))
}

fn damaged(name: &str, why: &dyn Display) -> SourceError {
    unreadable(format!("{name} is damaged or not a Parquet file: {why}"), DELIVER_AGAIN)
}

fn unfit(name: &str, error: &TableError) -> SourceError {
    unreadable(format!("{name}: {error}"), "write the column in the contract's type, or correct the contract")
}
