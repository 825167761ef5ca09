//! Rows of a database, value by value, to batches of the contract's types.
//!
//! The rules are those of files: columns are found by the same headers, text is read as the contract declares, and a
//! row with a value that does not convert is a reject with its number, never dropped.

use tieout_model::{ColumnType, Contract};
use tieout_pipeline::ports::{Reject, SourceBatch, SourceError};
use tieout_tables::{BatchBuilder, RowProblem, TypedValue};

use crate::files::collector::{MAX_BATCH_BYTES, MAX_BATCH_ROWS};
use crate::files::header::{Headers, match_headers};
use crate::files::refusal::unreadable;
use crate::files::row::{Form, Row};

/// A value of a database.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DatabaseValue<'a> {
    /// No value.
    Null,
    /// Text, read as the contract declares.
    Text(&'a str),
    /// A typed value.
    Typed(TypedValue),
    /// A moment with an offset: microseconds since 1970-01-01T00:00:00 where the clock shows it, and the minutes by
    /// which that clock is ahead of UTC. Read as the contract declares for text such as `2025-09-30 12:00:00+01:00`.
    Offset {
        /// Microseconds by the local clock.
        local: i64,
        /// Minutes ahead of UTC.
        minutes: i32,
    },
    /// A binary float: exact only as the text that it is written as, so it fills text columns alone.
    Float(f64),
    /// A value that the six column types cannot hold, and why, as the end of a sentence about it.
    Unfit(&'static str),
}

/// Takes rows and makes batches.
pub(crate) struct DatabaseRows {
    builder: BatchBuilder,
    /// For each column of the result, the columns of the contract that it fills.
    targets: Vec<Option<Target>>,
    width: usize,
    first_column: String,
    origin: String,
    row: Row,
    rejects: Vec<Reject>,
    rows_before: u64,
    cell_bytes: usize,
    bytes_read: u64,
    notes: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Target {
    column: usize,
    is_text: bool,
}

impl DatabaseRows {
    /// Finds the contract's columns among those of a result; `origin` names the query in rejects and refusals, and
    /// `rows_before` rows of the data set came before.
    pub(crate) fn new(
        origin: &str,
        headers: &[&str],
        contract: &Contract,
        rows_before: u64,
    ) -> Result<Self, SourceError> {
        let Headers { positions, notes } = match_headers(origin, headers, contract)?;
        let mut targets = vec![None; headers.len()];
        for (column, position) in positions.iter().enumerate() {
            let is_text = contract.columns.get(column).is_some_and(|column| column.data_type == ColumnType::Text);
            if let Some(target) = position.and_then(|position| targets.get_mut(position)) {
                *target = Some(Target { column, is_text });
            }
        }
        Ok(Self {
            builder: BatchBuilder::new(contract),
            targets,
            width: contract.columns.len(),
            first_column: contract.columns.first().map(|column| column.name.clone()).unwrap_or_default(),
            origin: origin.to_owned(),
            row: Row::default(),
            rejects: Vec::new(),
            rows_before,
            cell_bytes: 0,
            bytes_read: 0,
            notes,
        })
    }

    /// Whether a column of the result is in the contract; the value of another need not be read.
    pub(crate) fn wants(&self, result_column: usize) -> bool {
        self.targets.get(result_column).is_some_and(Option::is_some)
    }

    /// What evidence should say of how the columns were found.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The column of the contract that a column of the result fills.
    pub(crate) fn contract_column(&self, result_column: usize) -> Option<usize> {
        self.targets.get(result_column).copied().flatten().map(|target| target.column)
    }

    /// Begins a row: all its values are null until they are set.
    pub(crate) fn begin_row(&mut self) {
        self.row.clear(self.width);
    }

    /// Sets a value of the row; one of a column that is not in the contract is passed over.
    pub(crate) fn set(&mut self, result_column: usize, value: DatabaseValue<'_>) {
        let Some(Target { column, is_text }) = self.targets.get(result_column).copied().flatten() else { return };
        match value {
            DatabaseValue::Null => {}
            DatabaseValue::Text(text) => self.row.set(column, text, Form::Declared),
            DatabaseValue::Typed(value) if is_text => self.row.set_written(column, value, Form::Declared),
            DatabaseValue::Typed(value) => self.row.set_typed(column, value),
            DatabaseValue::Offset { local, minutes } => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
                let moment = TypedValue::Timestamp(local);
                self.row.set_written(column, format_args!("{moment}{sign}{hours:02}:{rest:02}"), Form::Declared);
            }
            DatabaseValue::Float(float) if is_text => self.row.set_written(column, float, Form::Declared),
            DatabaseValue::Float(_) => {
                self.row.set(
                    column,
                    "",
                    Form::Bad("is a binary float, which holds no exact amount: cast it in the query"),
                );
            }
            DatabaseValue::Unfit(problem) => self.row.set(column, "", Form::Bad(problem)),
        }
    }

    /// Ends a row, which took `bytes` on the wire; a batch that is full comes back.
    pub(crate) fn end_row(&mut self, bytes: usize) -> Result<Option<SourceBatch>, SourceError> {
        self.bytes_read += bytes as u64;
        match self.builder.push_cells(&self.row.cells()) {
            Ok(()) => self.cell_bytes += self.row.size_bytes(),
            Err(problem) => self.reject(problem),
        }
        let full = self.builder.len() + self.rejects.len() >= MAX_BATCH_ROWS || self.cell_bytes >= MAX_BATCH_BYTES;
        if full { self.take_batch() } else { Ok(None) }
    }

    /// What is left after the last row.
    pub(crate) fn finish(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        if self.builder.is_empty() && self.rejects.is_empty() { Ok(None) } else { self.take_batch() }
    }

    fn reject(&mut self, problem: RowProblem) {
        let RowProblem { mut column, masked, problem } = problem;
        if column.is_empty() {
            column.clone_from(&self.first_column);
        }
        let line = self.rows_before + (self.builder.len() + self.rejects.len()) as u64 + 1;
        self.rejects.push(Reject { origin: self.origin.clone(), line, column, masked, problem });
    }

    fn take_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        self.rows_before += (self.builder.len() + self.rejects.len()) as u64;
        let rows = self.builder.finish().map_err(|error| {
            let detail = format!("rows of {} do not make a table: {error}", self.origin);
            unreadable(detail, "report this with the control's definition")
        })?;
        self.cell_bytes = 0;
        Ok(Some(SourceBatch { rows, rejects: std::mem::take(&mut self.rejects), bytes_read: self.bytes_read }))
    }
}

#[cfg(test)]
mod tests {
    use tieout_model::{Column, ValueFormat};

    use super::*;

    fn contract() -> Contract {
        let column = |name: &str, data_type: &str, nullable: bool| Column {
            name: name.to_owned(),
            data_type: data_type.parse().unwrap(),
            nullable,
            required: true,
            headers: vec![format!("{name} No_")],
            format: ValueFormat::default(),
        };
        let columns = vec![column("entry", "text", false), column("amount", "decimal(18,2)", true)];
        Contract { columns, ..Contract::default() }
    }

    #[test]
    fn values_take_the_types_of_the_contract_and_bad_rows_are_rejects_with_their_number() {
        let mut rows = DatabaseRows::new("q", &["amount No_", "other", "entry No_"], &contract(), 0).unwrap();
        assert!(rows.wants(0) && !rows.wants(1) && rows.wants(2));
        let decimal = |unscaled| DatabaseValue::Typed(TypedValue::Decimal { unscaled, scale: 4 });
        for (amount, entry) in [
            (decimal(12_500), DatabaseValue::Typed(TypedValue::Integer(7))),
            (decimal(12_345), DatabaseValue::Text("B")),
            (DatabaseValue::Null, DatabaseValue::Text(" C ")),
            (DatabaseValue::Unfit("is not a number"), DatabaseValue::Text("D")),
            (DatabaseValue::Null, DatabaseValue::Null),
        ] {
            rows.begin_row();
            rows.set(0, amount);
            rows.set(1, DatabaseValue::Text("nobody reads this"));
            rows.set(2, entry);
            assert!(rows.end_row(10).unwrap().is_none());
        }
        let batch = rows.finish().unwrap().unwrap();
        assert_eq!(batch.rows.num_rows(), 2);
        let text = |column: usize, row| tieout_tables::cell_text(batch.rows.column(column), row).unwrap();
        assert_eq!((text(0, 0).as_deref(), text(1, 0).as_deref()), (Some("7"), Some("1.25")));
        assert_eq!((text(0, 1).as_deref(), text(1, 1)), (Some("C"), None));
        let rejects: Vec<_> = batch
            .rejects
            .iter()
            .map(|reject| format!("{} {} {}", reject.line, reject.column, reject.problem))
            .collect();
        let expected = [
            "2 amount has more than 2 decimals",
            "4 amount is not a number",
            "5 entry is null, and the column has no nulls",
        ];
        assert_eq!(rejects, expected);
        assert_eq!(batch.bytes_read, 50);
    }

    #[test]
    fn a_batch_ends_when_it_is_full() {
        let mut rows = DatabaseRows::new("q", &["amount No_", "entry No_"], &contract(), 0).unwrap();
        let mut sizes = Vec::new();
        for _ in 0..=MAX_BATCH_ROWS {
            rows.begin_row();
            rows.set(1, DatabaseValue::Text("x"));
            sizes.extend(rows.end_row(1).unwrap().map(|batch| batch.rows.num_rows()));
        }
        sizes.extend(rows.finish().unwrap().map(|batch| batch.rows.num_rows()));
        assert_eq!(sizes, [MAX_BATCH_ROWS, 1]);
    }
}
