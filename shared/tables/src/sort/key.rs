//! The key of a sort in a form whose bytes compare as the rows do.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, Rows, SortField};

use crate::TableError;
use crate::schema::position;

/// Key columns, of any type whose values have an order, and their conversion to comparable bytes: ascending, nulls
/// first.
#[derive(Debug)]
pub(super) struct SortKey {
    columns: Vec<usize>,
    converter: RowConverter,
}

impl SortKey {
    pub(super) fn new(schema: &Schema, key: &[String]) -> Result<Self, TableError> {
        let columns = key.iter().map(|name| position(schema, name)).collect::<Result<Vec<_>, _>>()?;
        let field = |index: &usize| SortField::new(schema.field(*index).data_type().clone());
        let mut fields: Vec<SortField> = columns.iter().map(field).collect();
        if fields.is_empty() {
            fields.push(SortField::new(DataType::Boolean));
        }
        let converter = RowConverter::new(fields).map_err(TableError::arrow("prepare the key of a sort"))?;
        Ok(Self { columns, converter })
    }

    /// The keys of a batch's rows.
    pub(super) fn rows(&self, batch: &RecordBatch) -> Result<Rows, TableError> {
        let mut columns: Vec<ArrayRef> =
            self.columns.iter().filter_map(|index| batch.columns().get(*index)).map(Arc::clone).collect();
        if columns.is_empty() {
            // Without key columns all rows are equal, and stay in order because the sort is stable.
            columns.push(Arc::new(BooleanArray::from(vec![false; batch.num_rows()])));
        }
        self.converter.convert_columns(&columns).map_err(TableError::arrow("compute the key of a sort"))
    }
}
