//! Batches from rows of text, typed by the contract.
//!
//! A row is taken as a whole or not at all: nothing of a row with a value that does not convert reaches the batch.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use tieout_model::{Column, ColumnType, Contract, ValueFormat};

use crate::input_cell::plain_format;
use crate::parse::Cell;
use crate::read_cell::{read_cell, row_problem, settled_cell};
use crate::row_rules::RowRules;
use crate::{InputCell, TableError, arrow_type, schema_of};

/// The most bytes of text that one batch may hold: what 32-bit offsets can address.
const MAX_TEXT_BYTES: usize = i32::MAX as usize;

/// Why a row was not taken: its first value that does not convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The contract's column; empty when it is about the row as a whole.
    pub column: String,
    /// The value's shape (see [`mask()`]); empty when there is no value.
    pub masked: String,
    /// What is wrong, as the end of a sentence that begins with the value, such as `has more than 2 decimals`.
    pub problem: String,
}

/// Collects rows of text into typed columns.
#[derive(Debug)]
pub struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<(Column, ColumnBuilder)>,
    plain_formats: Vec<ValueFormat>,
    rules: Arc<RowRules>,
    rows: usize,
    text_bytes: usize,
}

impl BatchBuilder {
    /// An empty batch of the contract's columns.
    pub fn new(contract: &Contract) -> Self {
        let columns =
            contract.columns.iter().map(|column| (column.clone(), ColumnBuilder::new(column.data_type, 0, 0)));
        let plain_formats = contract.columns.iter().map(|column| plain_format(&column.format)).collect();
        let rules = Arc::new(RowRules::new(contract));
        Self { schema: schema_of(contract), columns: columns.collect(), plain_formats, rules, rows: 0, text_bytes: 0 }
    }

    /// Takes a row: its cells in the contract's order, `None` for a cell that the source does not have.
    ///
    /// A row that is not taken leaves the batch as it was.
    pub fn push_row(&mut self, cells: &[Option<&str>]) -> Result<(), RowProblem> {
        self.push(cells, |text, column, _| read_cell(*text, column, &column.format))
    }

    /// Takes a row of a source whose cells are typed; otherwise as [`push_row`](Self::push_row).
    pub fn push_cells(&mut self, cells: &[InputCell<'_>]) -> Result<(), RowProblem> {
        self.push(cells, |cell, column, plain| match *cell {
            InputCell::Null => read_cell(None, column, plain),
            InputCell::Declared(text) => read_cell(Some(text), column, &column.format),
            InputCell::Plain(text) => read_cell(Some(text), column, plain),
            InputCell::Typed(value) => {
                let refused = |problem| row_problem(column, Some(&value.to_string()), problem);
                settled_cell(value.cell(column.data_type).map_err(refused)?, None, column, &column.format)
            }
            InputCell::Bad { text, problem } => Err(row_problem(column, Some(text), problem.to_owned())),
        })
    }

    fn push<'a, C>(
        &mut self,
        cells: &'a [C],
        read: impl Fn(&'a C, &Column, &ValueFormat) -> Result<Option<Cell<'a>>, RowProblem>,
    ) -> Result<(), RowProblem> {
        if cells.len() != self.columns.len() {
            return Err(whole_row(format!("has {} cells for {} columns", cells.len(), self.columns.len())));
        }
        let rules = Arc::clone(&self.rules);
        let mut row = Vec::with_capacity(self.columns.len());
        for (place, (((column, _), plain), cell)) in self.columns.iter().zip(&self.plain_formats).zip(cells).enumerate()
        {
            row.push(if rules.is_looked_up(place) { None } else { read(cell, column, plain)? });
        }
        rules.apply(&mut row)?;
        self.reserve_text(&row)?;
        for ((column, builder), cell) in self.columns.iter_mut().zip(row) {
            builder.append(cell).map_err(|problem| row_problem(column, None, problem))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Rows taken since the last batch was finished.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether no row was taken since the last batch was finished.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// About how many bytes the rows so far occupy; finish a batch long before it holds 2 GiB of text.
    pub fn size_bytes(&self) -> usize {
        let row_bytes: usize = self.columns.iter().map(|(column, _)| cell_bytes(column.data_type)).sum();
        self.rows.saturating_mul(row_bytes).saturating_add(self.text_bytes)
    }

    /// The rows so far as a batch; the builder is empty afterwards.
    pub fn finish(&mut self) -> Result<RecordBatch, TableError> {
        let arrays: Vec<ArrayRef> =
            self.columns.iter_mut().map(|(column, builder)| builder.finish(column.data_type, self.rows)).collect();
        let options = arrow::record_batch::RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.text_bytes) = (0, 0);
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(TableError::arrow("build a batch of the contract's columns"))
    }

    /// Counts the row's text, and refuses what 32-bit offsets could not address.
    fn reserve_text(&mut self, row: &[Option<Cell<'_>>]) -> Result<(), RowProblem> {
        let text_bytes = |cell: &Option<Cell<'_>>| if let Some(Cell::Text(text)) = cell { text.len() } else { 0 };
        let total = self.text_bytes.saturating_add(row.iter().map(text_bytes).sum());
        if total > MAX_TEXT_BYTES {
            return Err(whole_row("is longer than what is left of a batch".to_owned()));
        }
        self.text_bytes = total;
        Ok(())
    }
}

/// A problem of the row as a whole, with no column and no value.
fn whole_row(problem: String) -> RowProblem {
    RowProblem { column: String::new(), masked: String::new(), problem }
}

/// Bytes that a cell occupies besides its text.
fn cell_bytes(data_type: ColumnType) -> usize {
    match data_type {
        ColumnType::Decimal { .. } => 16,
        ColumnType::Integer | ColumnType::Timestamp => 8,
        ColumnType::Text | ColumnType::Date => 4,
        ColumnType::Boolean => 1,
    }
}

/// A column under construction.
#[derive(Debug)]
enum ColumnBuilder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl ColumnBuilder {
    /// An empty column with room for so many rows and bytes of text.
    fn new(data_type: ColumnType, rows: usize, text_bytes: usize) -> Self {
        match data_type {
            ColumnType::Text => Self::Text(StringBuilder::with_capacity(rows, text_bytes)),
            ColumnType::Integer => Self::Integer(Int64Builder::with_capacity(rows)),
            ColumnType::Decimal { .. } => {
                Self::Decimal(Decimal128Builder::with_capacity(rows).with_data_type(arrow_type(data_type)))
            }
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            ColumnType::Date => Self::Date(Date32Builder::with_capacity(rows)),
            ColumnType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
        }
    }

    fn append(&mut self, cell: Option<Cell<'_>>) -> Result<(), String> {
        match (self, cell) {
            (Self::Text(builder), Some(Cell::Text(text))) => builder.append_value(&text),
            (Self::Integer(builder), Some(Cell::Integer(integer))) => builder.append_value(integer),
            (Self::Decimal(builder), Some(Cell::Decimal(unscaled))) => builder.append_value(unscaled),
            (Self::Boolean(builder), Some(Cell::Boolean(boolean))) => builder.append_value(boolean),
            (Self::Date(builder), Some(Cell::Date(days))) => builder.append_value(days),
            (Self::Timestamp(builder), Some(Cell::Timestamp(microseconds))) => builder.append_value(microseconds),
            (Self::Text(builder), None) => builder.append_null(),
            (Self::Integer(builder), None) => builder.append_null(),
            (Self::Decimal(builder), None) => builder.append_null(),
            (Self::Boolean(builder), None) => builder.append_null(),
            (Self::Date(builder), None) => builder.append_null(),
            (Self::Timestamp(builder), None) => builder.append_null(),
            // A cell is read by the type of its own column; were it not, it must not become another value.
            (_, Some(_)) => return Err("is of another type than its column".to_owned()),
        }
        Ok(())
    }

    /// The column so far, of `rows` rows; the next one gets room for as much.
    fn finish(&mut self, data_type: ColumnType, rows: usize) -> ArrayRef {
        let text_bytes = if let Self::Text(builder) = self { builder.values_slice().len() } else { 0 };
        match std::mem::replace(self, Self::new(data_type, rows, text_bytes)) {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Decimal(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
            Self::Date(mut builder) => Arc::new(builder.finish()),
            Self::Timestamp(mut builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell_text;
    use tieout_model::ValueFormat;

    fn column(name: &str, data_type: &str, nullable: bool) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.parse().unwrap(),
            nullable,
            required: true,
            headers: vec![name.to_owned()],
            format: ValueFormat::default(),
        }
    }

    fn contract() -> Contract {
        let columns = vec![
            column("id", "integer", false),
            column("name", "text", true),
            column("amount", "decimal(10,2)", true),
            column("open", "boolean", true),
            column("day", "date", true),
            column("moment", "timestamp", true),
        ];
        Contract { columns, ..Contract::default() }
    }

    #[test]
    fn rows_of_text_become_typed_columns() {
        let mut builder = BatchBuilder::new(&contract());
        let full = ["1", "Ann", "-1.50", "true", "2024-02-29", "2024-02-29 01:02:03.5"].map(Some);
        builder.push_row(&full).unwrap();
        builder.push_row(&[Some("2"), None, Some(""), None, None, None]).unwrap();
        assert_eq!((builder.len(), builder.is_empty(), builder.size_bytes()), (2, false, 2 * 41 + 3));
        let batch = builder.finish().unwrap();
        assert_eq!(batch.schema(), schema_of(&contract()));
        let row = |row| batch.columns().iter().map(|array| cell_text(array, row).unwrap()).collect::<Vec<_>>();
        let expected = ["1", "Ann", "-1.50", "true", "2024-02-29", "2024-02-29T01:02:03.500000"];
        assert_eq!(row(0), expected.map(|text| Some(text.to_owned())));
        assert_eq!(row(1)[1..], [None, None, None, None, None]);
        assert!(builder.is_empty() && builder.finish().unwrap().num_rows() == 0);
    }

    #[test]
    fn a_row_is_taken_as_a_whole_or_not_at_all() {
        let mut builder = BatchBuilder::new(&contract());
        let bad_last = [Some("1"), Some("Ann"), Some("1.00"), Some("true"), Some("2024-02-29"), Some("12 o'clock")];
        let problem = builder.push_row(&bad_last).unwrap_err();
        assert_eq!((problem.column.as_str(), problem.masked.as_str()), ("moment", "99 a'aaaaa"));
        assert_eq!(problem.problem, "is not a timestamp of a declared form");
        builder.push_row(&[Some("2"), None, None, None, None, None]).unwrap();
        let batch = builder.finish().unwrap();
        assert_eq!(batch.num_rows(), 1);
        assert_eq!(cell_text(batch.column(0), 0).unwrap().unwrap(), "2");
    }

    #[test]
    fn a_moment_with_an_offset_is_brought_to_the_zone_of_its_row() {
        let lookup = |texts: &[(&str, &str)], otherwise: Option<&str>| tieout_model::Lookup {
            on: "name".to_owned(),
            texts: texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect(),
            otherwise: otherwise.map(str::to_owned),
        };
        let mut contract = contract();
        contract.columns[5].format.offset = true;
        contract.zone = Some(lookup(&[("NG", "Africa/Lagos"), ("MA", "Africa/Casablanca")], None));
        contract.columns.push(Column { required: false, ..column("currency", "text", false) });
        contract.lookups.insert("currency".to_owned(), lookup(&[("NG", "NGN")], Some("ZZZ")));
        let mut builder = BatchBuilder::new(&contract);
        let mut push = |name: &str, moment: &str| {
            builder.push_row(&[Some("1"), Some(name), None, None, None, Some(moment), Some("made up")])
        };
        push("NG", "2025-09-30T23:30:00Z").unwrap();
        push("MA", "2025-09-30T23:30:00+02:00").unwrap();
        push("TN", "2025-09-30T23:30:00").unwrap();
        let problem = push("TN", "2025-09-30T23:30:00Z").unwrap_err();
        assert_eq!(problem.problem, "carries an offset, and its row has no time zone");
        assert_eq!(problem.column, "moment");
        let batch = builder.finish().unwrap();
        let text = |column: usize, row| cell_text(batch.column(column), row).unwrap().unwrap();
        let texts = |column| [0, 1, 2].map(|row| text(column, row));
        let moments = ["2025-10-01T00:30:00", "2025-09-30T22:30:00", "2025-09-30T23:30:00"];
        assert_eq!(texts(5), moments);
        assert_eq!(texts(6), ["NGN", "ZZZ", "ZZZ"], "what is looked up is never read");
    }

    #[test]
    fn null_is_refused_where_the_contract_has_none() {
        let mut builder = BatchBuilder::new(&contract());
        for absent in [None, Some(""), Some(" ")] {
            let problem = builder.push_row(&[absent, None, None, None, None, None]).unwrap_err();
            assert_eq!(
                (problem.column.as_str(), problem.problem.as_str()),
                ("id", "is null, and the column has no nulls")
            );
        }
    }

    #[test]
    fn typed_cells_are_read_in_plain_form_whatever_is_declared_for_text() {
        let mut contract = contract();
        for column in &mut contract.columns {
            column.format.number.decimal_mark = ',';
            column.format.number.group_marks = vec!['.'];
            column.format.date = "%d.%m.%Y".to_owned();
        }
        let mut builder = BatchBuilder::new(&contract);
        let midnight = InputCell::Plain("2024-02-29T00:00:00");
        let plain = [InputCell::Plain("1"), InputCell::Plain("7"), InputCell::Plain("1.5"), InputCell::Plain("false")];
        builder.push_cells(&[plain.as_slice(), &[midnight, midnight]].concat()).unwrap();
        let text = [Some("1.000"), None, Some("1,5"), Some("true"), Some("29.02.2024"), None];
        let declared = text.map(|text| text.map_or(InputCell::Null, InputCell::Declared));
        builder.push_cells(&declared).unwrap();
        let batch = builder.finish().unwrap();
        let row = |row| batch.columns().iter().map(|array| cell_text(array, row).unwrap()).collect::<Vec<_>>();
        let expected = ["1", "7", "1.50", "false", "2024-02-29", "2024-02-29T00:00:00"];
        assert_eq!(row(0), expected.map(|text| Some(text.to_owned())));
        let expected = [Some("1000"), None, Some("1.50"), Some("true"), Some("2024-02-29"), None];
        assert_eq!(row(1), expected.map(|text| text.map(str::to_owned)));
        let mut problem = |column: usize, cell: InputCell<'_>| {
            let mut cells = [InputCell::Null; 6];
            cells[0] = InputCell::Plain("1");
            cells[column] = cell;
            builder.push_cells(&cells).unwrap_err()
        };
        let noon = problem(4, InputCell::Plain("2024-02-29T12:00:00"));
        assert_eq!(noon.problem, "has a time of day, and the column holds dates");
        let bad = problem(2, InputCell::Bad { text: "#N/A", problem: "is a formula error" });
        assert_eq!(
            (bad.column.as_str(), bad.masked.as_str(), bad.problem.as_str()),
            ("amount", "#A/A", "is a formula error")
        );
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        let mut builder = BatchBuilder::new(&contract());
        let problem = builder.push_row(&[Some("1")]).unwrap_err();
        assert_eq!(problem.problem, "has 1 cells for 6 columns");
        assert!(builder.push_row(&[Some("1"); 7]).is_err() && builder.is_empty());
    }
}
