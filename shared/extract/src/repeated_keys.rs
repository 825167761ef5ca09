//! Keys that are more than once in a population, seen as its rows pass by in the order of the key.
//!
//! Rows that repeat in everything repeat their key too. A null in a key equals nothing, so it repeats nothing.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use arrow::row::{OwnedRow, RowConverter, SortField};
use tieout_tables::cell_text;

use crate::ExtractError;

/// The most keys that are named.
const NAMED: usize = 50;

/// Watches rows that are sorted by their key.
#[derive(Debug)]
pub(crate) struct RepeatedKeys {
    places: Vec<usize>,
    converter: RowConverter,
    last: Option<OwnedRow>,
    /// Whether the last key was counted already.
    is_counted: bool,
    keys: u64,
    rows: u64,
    named: Vec<String>,
}

impl RepeatedKeys {
    /// A watch over the columns `key` of rows of `schema`.
    pub(crate) fn new(schema: &Schema, key: &[String]) -> Result<Self, ExtractError> {
        let place =
            |name: &String| schema.index_of(name).map_err(|_| ExtractError::ColumnAbsent { column: name.clone() });
        let places = key.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let fields = places.iter().map(|place| SortField::new(schema.field(*place).data_type().clone()));
        let converter = RowConverter::new(fields.collect())?;
        Ok(Self { places, converter, last: None, is_counted: false, keys: 0, rows: 0, named: Vec::new() })
    }

    /// Takes the next rows.
    pub(crate) fn observe(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        let columns: Vec<ArrayRef> = self.places.iter().map(|place| batch.column(*place).clone()).collect();
        let rows = self.converter.convert_columns(&columns)?;
        for (at, row) in rows.iter().enumerate() {
            let has_null = columns.iter().any(|column| column.is_null(at));
            let repeats = !has_null && self.last.as_ref().is_some_and(|last| last.row() == row);
            if !repeats {
                self.last = Some(row.owned());
                self.is_counted = false;
                continue;
            }
            self.rows += 1;
            if !self.is_counted {
                (self.is_counted, self.rows, self.keys) = (true, self.rows + 1, self.keys + 1);
                if self.named.len() < NAMED {
                    self.named.push(named(&columns, at)?);
                }
            }
        }
        Ok(())
    }

    /// Keys that repeat, the rows that have them, and the first of the keys by name.
    pub(crate) fn finish(self) -> (u64, u64, Vec<String>) {
        (self.keys, self.rows, self.named)
    }
}

fn named(columns: &[ArrayRef], row: usize) -> Result<String, ExtractError> {
    let texts = columns.iter().map(|column| Ok(cell_text(column, row)?.unwrap_or_default()));
    Ok(texts.collect::<Result<Vec<String>, ExtractError>>()?.join(" / "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;
    use std::sync::Arc;

    #[test]
    fn repeats_are_counted_across_batches() {
        let batch = |ids: &[Option<&str>]| {
            let ids: ArrayRef = Arc::new(StringArray::from(ids.to_vec()));
            RecordBatch::try_from_iter_with_nullable([("id", ids, true)]).unwrap()
        };
        let first = batch(&[None, None, Some("a"), Some("b")]);
        let mut watch = RepeatedKeys::new(&first.schema(), &["id".to_owned()]).unwrap();
        watch.observe(&first).unwrap();
        watch.observe(&batch(&[Some("b"), Some("b"), Some("c"), Some("d"), Some("d")])).unwrap();
        assert_eq!(watch.finish(), (2, 5, vec!["b".to_owned(), "d".to_owned()]));
    }
}
