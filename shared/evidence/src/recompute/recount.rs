//! A table of a package, read from its first row to its last: what its rows say, whatever is recorded of them.
//!
//! Rows stream past in batches; nothing of them is kept but figures.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use arrow::array::{Array, AsArray, BooleanArray, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Decimal128Type, Int64Type};
use arrow::record_batch::RecordBatch;
use tieout_model::{AmountColumn, ColumnSchema, ColumnTotal, Decimal, DecimalError, Digest, Excluded};
use tieout_tables::{TableDigest, TableError, TableReader, Totals, column_schemas};

use crate::read::Member;

/// What the rows of a table say.
pub(super) struct Recount {
    pub(super) columns: Vec<ColumnSchema>,
    pub(super) rows: u64,
    pub(super) digest: Digest,
    pub(super) totals: Vec<ColumnTotal>,
}

/// Counts, digests and totals a table.
pub(super) fn recount(member: &Member, amounts: &[AmountColumn]) -> Result<Recount, TableError> {
    let reader = open(member)?;
    let schema = reader.schema();
    let mut digest = TableDigest::new(&schema)?;
    let mut totals = Totals::new(&schema, amounts)?;
    for batch in reader {
        let batch = batch?;
        digest.update(&batch)?;
        totals.update(&batch)?;
    }
    let rows = digest.rows();
    Ok(Recount { columns: column_schemas(&schema)?, rows, digest: digest.finish(), totals: totals.finish() })
}

/// Rows and totals of a table by the value of a text column, in order of the value; a null counts as empty text.
pub(super) fn recount_by(member: &Member, column: &str, amounts: &[AmountColumn]) -> Result<Vec<Excluded>, TableError> {
    let reader = open(member)?;
    let schema = reader.schema();
    let mut groups: BTreeMap<String, Totals> = BTreeMap::new();
    for batch in reader {
        let batch = batch?;
        let values = text_column(&batch, column)?;
        for (value, rows) in rows_by_value(values) {
            let totals = match groups.entry(value) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Totals::new(&schema, amounts)?),
            };
            let part = filter_record_batch(&batch, &rows)
                .map_err(|source| TableError::Arrow { action: "select the rows of one group", source })?;
            totals.update(&part)?;
        }
    }
    let groups = groups.into_iter();
    Ok(groups.map(|(reason, totals)| Excluded { reason, rows: totals.rows(), totals: totals.finish() }).collect())
}

/// The rows of a table in batches.
pub(super) fn open(member: &Member) -> Result<TableReader, TableError> {
    TableReader::from_chunks(member.place.clone(), member.path.as_ref())
}

/// A text column of a batch.
pub(super) fn text_column<'a>(batch: &'a RecordBatch, column: &str) -> Result<&'a StringArray, TableError> {
    let absent = || TableError::NoSuchColumn { column: column.to_owned() };
    batch.column_by_name(column).and_then(|values| values.as_string_opt()).ok_or_else(absent)
}

/// The values of an integer or decimal column of a batch, exactly.
pub(super) fn numbers(batch: &RecordBatch, column: &str) -> Result<Vec<Option<Decimal>>, TableError> {
    let absent = || TableError::NoSuchColumn { column: column.to_owned() };
    let values = batch.column_by_name(column).ok_or_else(absent)?;
    let (unscaled, scale): (Vec<Option<i128>>, u8) = if let Some(whole) = values.as_primitive_opt::<Int64Type>() {
        (whole.iter().map(|value| value.map(i128::from)).collect(), 0)
    } else {
        let values = values.as_primitive_opt::<Decimal128Type>().ok_or_else(absent)?;
        (values.iter().collect(), u8::try_from(values.scale()).map_err(|_| absent())?)
    };
    let refused = |error: DecimalError, row: usize| TableError::Value {
        column: column.to_owned(),
        row: row + 1,
        problem: error.to_string(),
    };
    let decimal = |(row, value): (usize, Option<i128>)| {
        value.map(|value| Decimal::new(value, scale).map_err(|error| refused(error, row))).transpose()
    };
    unscaled.into_iter().enumerate().map(decimal).collect()
}

/// For each value of a column, which rows have it.
fn rows_by_value(values: &StringArray) -> BTreeMap<String, BooleanArray> {
    let mut rows: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for (row, value) in values.iter().enumerate() {
        let marks = rows.entry(value.unwrap_or_default()).or_insert_with(|| vec![false; values.len()]);
        if let Some(mark) = marks.get_mut(row) {
            *mark = true;
        }
    }
    rows.into_iter().map(|(value, marks)| (value.to_owned(), BooleanArray::from(marks))).collect()
}
