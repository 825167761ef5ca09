//! The total row that a file may end with: held against the rows above it, and then left out.
//!
//! A total that does not agree refuses the file: a row is lost, or one is there that does not belong.

use arrow::array::AsArray;
use arrow::compute::sum_checked;
use arrow::datatypes::Decimal128Type;
use arrow::record_batch::RecordBatch;
use tieout_model::{Contract, ReasonCode};
use tieout_pipeline::ports::SourceError;
use tieout_tables::{BatchBuilder, InputCell, RowProblem};

use super::collector::Place;
use super::refusal::refused;

/// Watches the rows of a file for its total row.
pub(super) struct TotalWatch {
    column: usize,
    labels: Vec<String>,
    /// The amount columns with their places in the contract.
    amounts: Contract,
    places: Vec<usize>,
    sums: Vec<i128>,
    /// Line and amounts of the total row, once it was seen.
    total: Option<(u64, Vec<Option<i128>>)>,
}

impl TotalWatch {
    /// A watch for rows of this contract; `None` when it declares no total row.
    pub(super) fn new(contract: &Contract) -> Option<Self> {
        let declared = contract.total_row.as_ref()?;
        let is_amount = |name: &str| contract.amounts.iter().any(|amount| amount.column == name);
        let columns = contract.columns.iter().enumerate().filter(|(_, column)| is_amount(&column.name));
        let (places, mut columns): (Vec<usize>, Vec<_>) =
            columns.map(|(place, column)| (place, column.clone())).unzip();
        for column in &mut columns {
            column.nullable = true;
            column.format.null_as_zero = false;
        }
        Some(Self {
            column: contract.columns.iter().position(|column| column.name == declared.column)?,
            labels: declared.labels.iter().map(|label| label.to_lowercase()).collect(),
            sums: vec![0; places.len()],
            places,
            amounts: Contract { columns, ..Contract::default() },
            total: None,
        })
    }

    /// Looks at a row; says whether it is the total row, which is then no row of data. A row after it is refused.
    pub(super) fn take(&mut self, place: Place<'_>, cells: &[InputCell<'_>]) -> Result<bool, Refusal> {
        if let Some((line, _)) = self.total {
            let Place { origin, .. } = place;
            return Err(Refusal::File(disagrees(format!("{origin}, line {line}: rows follow the total row"))));
        }
        let Some(InputCell::Declared(text) | InputCell::Plain(text)) = cells.get(self.column) else {
            return Ok(false);
        };
        let text = text.trim_matches(|character: char| character.is_whitespace()).to_lowercase();
        if !self.labels.contains(&text) {
            return Ok(false);
        }
        let amounts: Vec<InputCell<'_>> =
            self.places.iter().map(|place| cells.get(*place).copied().unwrap_or(InputCell::Null)).collect();
        let mut builder = BatchBuilder::new(&self.amounts);
        builder.push_cells(&amounts).map_err(Refusal::Row)?;
        let row = builder.finish().map_err(|_| Refusal::Row(unread()))?;
        let amount = |place: usize| {
            let values = row.column(place).as_primitive::<Decimal128Type>();
            values.iter().next().flatten()
        };
        self.total = Some((place.line, (0..self.places.len()).map(amount).collect()));
        Ok(true)
    }

    /// Adds rows that were taken.
    pub(super) fn add(&mut self, rows: &RecordBatch) -> Result<(), SourceError> {
        for (place, sum) in self.places.iter().zip(&mut self.sums) {
            let Some(values) =
                rows.columns().get(*place).and_then(|column| column.as_primitive_opt::<Decimal128Type>())
            else {
                continue;
            };
            let more = sum_checked(values).ok().map(|sum| sum.unwrap_or(0));
            *sum = more.and_then(|more| sum.checked_add(more)).ok_or_else(|| {
                let detail = "the amounts above the total row add up to more than 38 digits";
                refused(ReasonCode::AmountOverflow, detail.to_owned(), "check the amounts for wrong values")
            })?;
        }
        Ok(())
    }

    /// Ends a file: its total row, if it had one, must agree.
    pub(super) fn end_file(&mut self, name: &str) -> Result<(), SourceError> {
        let sums = std::mem::replace(&mut self.sums, vec![0; self.places.len()]);
        let Some((line, totals)) = self.total.take() else { return Ok(()) };
        let stated = totals.iter().flatten().count();
        if stated == 0 {
            return Err(disagrees(format!("{name}, line {line}: the total row has no amount")));
        }
        if totals.iter().zip(&sums).any(|(total, sum)| total.is_some_and(|total| total != *sum)) {
            return Err(disagrees(format!("{name}, line {line}: the total is not the sum of the rows above it")));
        }
        Ok(())
    }
}

/// Why a row cannot be looked at, or a file cannot be taken.
pub(super) enum Refusal {
    /// The row has a bad value.
    Row(RowProblem),
    /// The file is refused.
    File(SourceError),
}

fn unread() -> RowProblem {
    RowProblem {
        column: String::new(),
        masked: String::new(),
        problem: "is a total row that cannot be read".to_owned(),
    }
}

fn disagrees(detail: String) -> SourceError {
    refused(
        ReasonCode::CompletenessFailed,
        detail,
        "deliver the file again: a row is missing, doubled or in the wrong place",
    )
}
