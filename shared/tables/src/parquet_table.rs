//! One Parquet file with random access by row group and row, in wide types, from several threads at once.
//!
//! Nothing that the file says is believed before it is checked: offsets lie in the file, and a row group holds the
//! rows that its footer says, or reading it ends in an error.

mod batches;
mod buffers;
mod decoding;
mod pages;
mod positioned;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, RowGroupMetaData};
use ::parquet::file::reader::Length;
use ::parquet::schema::types::ColumnDescriptor;
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::{TableError, wide_schema};
pub(crate) use batches::GroupBatches;
pub(crate) use decoding::decoded;
pub(crate) use pages::ChunkPages;
pub(crate) use positioned::PositionedFile;

/// The most rows of a batch that is read.
const BATCH_ROWS: usize = 8_192;

/// A Parquet file, or some of its columns, read by row group.
#[derive(Debug)]
pub struct ParquetTable {
    path: PathBuf,
    file: PositionedFile,
    metadata: ArrowReaderMetadata,
    schema: SchemaRef,
    columns: Vec<FileColumn>,
    rows: u64,
    group_rows: Vec<usize>,
}

/// Where a column of the table is in the file.
#[derive(Debug)]
struct FileColumn {
    /// Position among the file's flat columns.
    leaf: usize,
    /// The Arrow type that the file's own type stands for, before it becomes wide.
    data_type: DataType,
}

impl ParquetTable {
    /// Opens a file with all its columns, or with those that are named, in the order of the file.
    ///
    /// Fails for what is no Parquet file, a truncated one, a name that the file does not have, and a selected column
    /// whose type is not converted (see [`wide_schema`]).
    pub fn open(path: &Path, columns: Option<&[String]>) -> Result<Self, TableError> {
        let file = PositionedFile::open(path)?;
        // The types are those of Parquet itself, not what the writer's library noted beside them.
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_offset_index_policy(PageIndexPolicy::Optional);
        let metadata =
            decoded(|| ArrowReaderMetadata::load(&file, options)).map_err(TableError::parquet("open", path))?;
        let (columns, schema) = selected(&metadata, columns)?;
        let group_rows = metadata.metadata().row_groups().iter().map(|group| usize::try_from(group.num_rows()));
        let group_rows = group_rows.collect::<Result<Vec<_>, _>>();
        let group_rows = group_rows.map_err(|error| TableError::parquet("open", path)(error.into()))?;
        let rows = group_rows.iter().fold(0_u64, |rows, group| rows.saturating_add(*group as u64));
        let table = Self { path: path.to_owned(), file, metadata, schema, columns, rows, group_rows };
        table.check_places()?;
        Ok(table)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The selected columns in the order of the file, in wide types.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Rows of the file, as its footer says.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Row groups of the file.
    pub fn groups(&self) -> usize {
        self.group_rows.len()
    }

    /// Rows of a row group, as the footer says; none of a group that is not there.
    pub fn group_rows(&self, group: usize) -> usize {
        self.group_rows.get(group).copied().unwrap_or_default()
    }

    /// Some columns of a row group (positions in [`Self::schema`], in the order in which they are asked for).
    pub fn read_group(
        &self,
        group: usize,
        columns: &[usize],
    ) -> Result<impl Iterator<Item = Result<RecordBatch, TableError>> + use<>, TableError> {
        self.batches(group, columns, None)
    }

    /// The rows of a row group whose bit is set, with all columns, in the order of the file.
    ///
    /// Where the file has a page index, pages without such rows are not read.
    pub fn fetch(
        &self,
        group: usize,
        rows: &BooleanBuffer,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, TableError>> + use<>, TableError> {
        if rows.len() != self.group_rows(group) {
            let problem = format!("row group {group} has {} rows, not {}", self.group_rows(group), rows.len());
            return Err(self.failed("read", ParquetError::General(problem)));
        }
        let columns: Vec<usize> = (0..self.columns.len()).collect();
        self.batches(group, &columns, Some(RowSelection::from_boolean_buffer(rows.clone())))
    }

    pub(crate) fn batches(
        &self,
        group: usize,
        columns: &[usize],
        selection: Option<RowSelection>,
    ) -> Result<GroupBatches, TableError> {
        let schema = self.schema.project(columns).map_err(TableError::arrow("select columns"))?;
        let leaves = columns.iter().filter_map(|column| self.columns.get(*column)).map(|column| column.leaf);
        let leaves: Vec<usize> = leaves.collect();
        let mut in_file: Vec<usize> = leaves.clone();
        in_file.sort_unstable();
        in_file.dedup();
        // Arrow hands the columns out in the order of the file, each once.
        let order = leaves.iter().filter_map(|leaf| in_file.binary_search(leaf).ok()).collect();
        let rows = selection.as_ref().map_or_else(|| self.group_rows(group), RowSelection::row_count);
        self.group(group)?;
        let mask = ProjectionMask::leaves(self.file_metadata().file_metadata().schema_descr(), in_file);
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let batches = decoded(|| builder.build()).map_err(|error| self.failed("read", error))?;
        Ok(GroupBatches::new(self.path.clone(), Arc::new(schema), order, rows, batches))
    }

    /// The type of a column in Arrow before it became wide, and what the file says about it.
    pub(crate) fn column(&self, column: usize) -> Result<(&DataType, &ColumnDescriptor), TableError> {
        let found = self.columns.get(column).and_then(|found| {
            let descriptor = self.file_metadata().file_metadata().schema_descr().columns().get(found.leaf)?;
            Some((&found.data_type, descriptor.as_ref()))
        });
        found.ok_or_else(|| TableError::NoSuchColumn { column: format!("number {}", column.saturating_add(1)) })
    }

    /// The pages of a column of a row group.
    pub(crate) fn pages(&self, group: usize, column: usize) -> Result<ChunkPages, TableError> {
        let found = self.columns.get(column).and_then(|column| self.group(group).ok()?.columns().get(column.leaf));
        let Some(chunk) = found else {
            return Err(TableError::NoSuchColumn { column: format!("number {}", column.saturating_add(1)) });
        };
        decoded(|| ChunkPages::new(&self.file, chunk, self.group_rows(group)))
            .map_err(|error| self.failed("read", error))
    }

    /// Bytes that a column of a row group takes in the file.
    pub(crate) fn stored_bytes(&self, group: usize, column: usize) -> i64 {
        let chunk = self.columns.get(column).and_then(|column| self.group(group).ok()?.columns().get(column.leaf));
        chunk.map_or(0, ColumnChunkMetaData::compressed_size)
    }

    fn file_metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    /// A row group of the file, or the error that there is none.
    pub(crate) fn group(&self, group: usize) -> Result<&RowGroupMetaData, TableError> {
        self.file_metadata().row_groups().get(group).ok_or_else(|| {
            let problem = format!("there is no row group {group}; the file has {}", self.groups());
            self.failed("read", ParquetError::General(problem))
        })
    }

    /// Every selected column of every row group lies in the file.
    fn check_places(&self) -> Result<(), TableError> {
        for group in self.file_metadata().row_groups() {
            for (column, field) in self.columns.iter().zip(self.schema.fields()) {
                let is_inside = group.columns().get(column.leaf).is_some_and(|chunk| self.is_inside(chunk));
                if !is_inside {
                    return Err(damaged(&self.path, field.name(), "lies outside the file"));
                }
            }
        }
        Ok(())
    }

    fn is_inside(&self, chunk: &ColumnChunkMetaData) -> bool {
        let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        let end = u64::try_from(start).ok().zip(u64::try_from(chunk.compressed_size()).ok());
        let end = end.and_then(|(start, size)| start.checked_add(size));
        end.is_some_and(|end| end <= self.file.len())
    }

    /// The error for a column that is not what the file says.
    pub(crate) fn damaged(&self, column: usize, problem: &str) -> TableError {
        let name = self.schema.fields().get(column).map_or("", |field| field.name());
        damaged(&self.path, name, problem)
    }

    pub(crate) fn failed(&self, action: &'static str, error: ParquetError) -> TableError {
        TableError::parquet(action, &self.path)(error)
    }
}

fn damaged(path: &Path, column: &str, problem: &str) -> TableError {
    TableError::Damaged { path: path.to_owned(), column: column.to_owned(), problem: problem.to_owned() }
}

/// The named columns of a file, or all, and their wide schema.
fn selected(
    metadata: &ArrowReaderMetadata,
    names: Option<&[String]>,
) -> Result<(Vec<FileColumn>, SchemaRef), TableError> {
    let file_schema = metadata.schema();
    for name in names.unwrap_or_default() {
        if file_schema.fields().iter().all(|field| field.name() != name) {
            return Err(TableError::NoSuchColumn { column: name.clone() });
        }
    }
    let is_selected = |name: &String| names.is_none_or(|names| names.contains(name));
    let chosen = file_schema.fields().iter().enumerate().filter(|(_, field)| is_selected(field.name()));
    let (roots, fields): (Vec<usize>, Vec<_>) = chosen.map(|(root, field)| (root, Arc::clone(field))).unzip();
    let schema = wide_schema(&Schema::new(fields.clone()))?;
    let descriptor = metadata.metadata().file_metadata().schema_descr();
    // A column of a wide type is flat, and a flat column is one leaf below its root.
    let leaf_of =
        |root: usize| (0..descriptor.num_columns()).find(|leaf| descriptor.get_column_root_idx(*leaf) == root);
    let column = |(root, field): (&usize, &Arc<arrow::datatypes::Field>)| {
        let leaf = leaf_of(*root).ok_or_else(|| TableError::NoSuchColumn { column: field.name().clone() })?;
        Ok(FileColumn { leaf, data_type: field.data_type().clone() })
    };
    let columns = roots.iter().zip(&fields).map(column).collect::<Result<Vec<_>, TableError>>()?;
    Ok((columns, schema))
}

#[cfg(test)]
mod tests;
