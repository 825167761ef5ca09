//! The mapping between column types and Arrow's types.
//!
//! One Arrow type per column type, in both directions; a type outside the mapping is never let through.

use std::sync::Arc;

use arrow::array::Array;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use tieout_model::{ColumnSchema, ColumnType, Contract};

use crate::TableError;

/// The Arrow type that holds a column type.
pub fn arrow_type(data_type: ColumnType) -> DataType {
    match data_type {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal { precision, scale } => {
            // A scale is at most 38, so the conversion cannot fail; the fallback is refused by Arrow itself.
            DataType::Decimal128(precision, i8::try_from(scale).unwrap_or(i8::MAX))
        }
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// The column type that an Arrow type holds; `None` when tables do not hold the type.
pub fn column_type(data_type: &DataType) -> Option<ColumnType> {
    match data_type {
        DataType::Utf8 => Some(ColumnType::Text),
        DataType::Int64 => Some(ColumnType::Integer),
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (*precision, u8::try_from(*scale).ok()?);
            (scale <= precision).then_some(ColumnType::Decimal { precision, scale })
        }
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Date32 => Some(ColumnType::Date),
        DataType::Timestamp(TimeUnit::Microsecond, None) => Some(ColumnType::Timestamp),
        _ => None,
    }
}

/// The schema of a contract's table: its columns in order, nullable as declared.
pub fn schema_of(contract: &Contract) -> SchemaRef {
    let field = |column: &tieout_model::Column| Field::new(&column.name, arrow_type(column.data_type), column.nullable);
    Arc::new(Schema::new(contract.columns.iter().map(field).collect::<Vec<_>>()))
}

/// The columns of a schema in the words of a control definition; refuses a type that tables do not hold.
pub fn column_schemas(schema: &Schema) -> Result<Vec<ColumnSchema>, TableError> {
    let describe = |field: &Arc<Field>| {
        Ok(ColumnSchema {
            name: field.name().clone(),
            data_type: house_type(field)?.to_string(),
            nullable: field.is_nullable(),
        })
    };
    schema.fields().iter().map(describe).collect()
}

/// The column type of a field, or the error that names it.
pub(crate) fn house_type(field: &Field) -> Result<ColumnType, TableError> {
    column_type(field.data_type()).ok_or_else(|| {
        TableError::unsupported(field.name(), field.data_type(), "convert the batch to the types of a table first")
    })
}

/// The position of a column.
pub(crate) fn position(schema: &Schema, column: &str) -> Result<usize, TableError> {
    schema.index_of(column).map_err(|_| TableError::NoSuchColumn { column: column.to_owned() })
}

/// A batch under a table's schema: the same names and types in the same order, nulls only where the table has them.
pub(crate) fn under_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, TableError> {
    let same_names = batch.num_columns() == schema.fields().len()
        && batch.schema_ref().fields().iter().zip(schema.fields()).all(|(left, right)| left.name() == right.name());
    if !same_names {
        return Err(TableError::WrongColumns { expected: names(schema), found: names(batch.schema_ref()) });
    }
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let wrong =
            |expected: String, found: String| TableError::WrongType { column: field.name().clone(), expected, found };
        if array.data_type() != field.data_type() {
            return Err(wrong(field.data_type().to_string(), array.data_type().to_string()));
        }
        if array.null_count() > 0 && !field.is_nullable() {
            return Err(wrong("without nulls".to_owned(), "null in some rows".to_owned()));
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)
        .map_err(TableError::arrow("put a batch under the table's schema"))
}

/// The names of a schema's columns, for a message.
pub(crate) fn names(schema: &Schema) -> String {
    schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ")
}

/// Refuses two columns of one name, which SQL and digests could not tell apart.
pub(crate) fn refuse_duplicates(schema: &Schema) -> Result<(), TableError> {
    let mut names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
        Some(name) => Err(TableError::DuplicateColumn { column: (*name).to_owned() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_type_survives_the_way_to_arrow_and_back() {
        for text in ["text", "integer", "decimal(38,38)", "decimal(19,4)", "boolean", "date", "timestamp"] {
            let data_type: ColumnType = text.parse().unwrap();
            assert_eq!(column_type(&arrow_type(data_type)), Some(data_type));
        }
    }

    #[test]
    fn other_arrow_types_have_no_column_type() {
        let others = [
            DataType::Float64,
            DataType::Int32,
            DataType::LargeUtf8,
            DataType::Decimal128(10, -2),
            DataType::Decimal128(2, 3),
            DataType::Timestamp(TimeUnit::Nanosecond, None),
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ];
        for data_type in others {
            assert_eq!(column_type(&data_type), None, "{data_type}");
        }
    }

    #[test]
    fn columns_are_described_in_the_words_of_a_definition() {
        let schema = Schema::new(vec![Field::new("amount", DataType::Decimal128(19, 4), true)]);
        let described = column_schemas(&schema).unwrap();
        assert_eq!((described[0].name.as_str(), described[0].data_type.as_str()), ("amount", "decimal(19,4)"));
        assert!(described[0].nullable);
        let floats = Schema::new(vec![Field::new("rate", DataType::Float64, true)]);
        assert!(column_schemas(&floats).unwrap_err().to_string().starts_with("column 'rate' has type Float64"));
    }

    #[test]
    fn a_batch_comes_under_a_schema_that_it_fits() {
        let integers = |nullable| Arc::new(Schema::new(vec![Field::new("x", DataType::Int64, nullable)]));
        let batch = |values: Vec<Option<i64>>| {
            RecordBatch::try_new(integers(true), vec![Arc::new(arrow::array::Int64Array::from(values))]).unwrap()
        };
        assert_eq!(under_schema(&batch(vec![Some(1)]), &integers(false)).unwrap().schema(), integers(false));
        let error = under_schema(&batch(vec![None]), &integers(false)).unwrap_err();
        assert_eq!(error.to_string(), "column 'x' is null in some rows and must be without nulls");
        let text = Arc::new(Schema::new(vec![Field::new("x", DataType::Utf8, true)]));
        assert!(matches!(under_schema(&batch(vec![]), &text), Err(TableError::WrongType { .. })));
        assert!(matches!(
            under_schema(&batch(vec![]), &Arc::new(Schema::empty())),
            Err(TableError::WrongColumns { .. })
        ));
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        assert!(refuse_duplicates(&Schema::new(vec![field("a"), field("b")])).is_ok());
        let error = refuse_duplicates(&Schema::new(vec![field("a"), field("b"), field("a")])).unwrap_err();
        assert_eq!(error.to_string(), "two columns are called 'a': give one of them another name");
    }
}
