//! The merge: walks both sides in key order and puts every row into its class.
//!
//! Order of the exceptions: key, then left before right, then input order. A key has one class only.

use std::cmp::Ordering;

use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonClass, ComparisonResult, Side};
use tieout_tables::TableError;

use super::Batches;
use super::cursor::Cursor;
use super::exceptions::{Exception, Exceptions};
use super::key::converter;
use super::plan::ComparisonPlan;
use super::tally::Tally;
use super::value::{BoundPair, Difference};
use crate::ReconcileError;

/// Compares two sides and hands every row that is not matched to `exceptions`, in batches of the plan's
/// `exceptions_schema`.
///
/// Each side must come in ascending order of its key columns, nulls first, text by bytes (as `tieout_tables::Sorter`
/// delivers it) and have the columns of the plan. A key that is more than once on a side makes all its rows, of both
/// sides, `duplicate_key`; a null in a key makes the row `null_key`. Rows within tolerance are listed as well: they
/// are reconciling differences. Errors: a side out of order, other columns, an amount without currency, a sum beyond
/// 38 digits, and whatever `left`, `right` or `exceptions` report.
pub fn compare(
    plan: &ComparisonPlan,
    left: impl Batches,
    right: impl Batches,
    exceptions: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<ComparisonResult, ReconcileError> {
    let converter = converter(&plan.key)?;
    let mut merge = Merge {
        plan,
        left: Cursor::new(plan, &converter, Side::Left, left)?,
        right: Cursor::new(plan, &converter, Side::Right, right)?,
        bound: None,
        differences: Vec::with_capacity(plan.values.len()),
        tally: Tally::new(plan),
        exceptions: Exceptions::new(plan, exceptions),
    };
    merge.run()?;
    merge.exceptions.finish()?;
    merge.tally.finish(&merge.left.currencies, &merge.right.currencies)
}

struct Merge<'a> {
    plan: &'a ComparisonPlan,
    left: Cursor<'a>,
    right: Cursor<'a>,
    /// The compared columns of the current batches; made when first needed.
    bound: Option<Vec<BoundPair>>,
    /// The differences of the row pair at hand, by compared column.
    differences: Vec<Difference>,
    tally: Tally<'a>,
    exceptions: Exceptions<'a>,
}

impl Merge<'_> {
    fn run(&mut self) -> Result<(), ReconcileError> {
        loop {
            let order = match (self.left.key(), self.right.key()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => left.cmp(&right),
            };
            match order {
                Ordering::Less => self.one_sided(Side::Left)?,
                Ordering::Greater => self.one_sided(Side::Right)?,
                // Equal but null: all left rows first, then all right rows.
                Ordering::Equal if self.left.key_is_null() => self.take_row(Side::Left, ComparisonClass::NullKey)?,
                Ordering::Equal if self.left.repeats() || self.right.repeats() => {
                    self.tally.duplicate_key();
                    self.take_group(Side::Left)?;
                    self.take_group(Side::Right)?;
                }
                Ordering::Equal => self.pair()?,
            }
        }
    }

    /// Takes a key that the other side does not have.
    fn one_sided(&mut self, side: Side) -> Result<(), ReconcileError> {
        let cursor = self.cursor(side);
        if cursor.key_is_null() {
            return self.take_row(side, ComparisonClass::NullKey);
        }
        if cursor.repeats() {
            self.tally.duplicate_key();
            return self.take_group(side);
        }
        let class = if side == Side::Left { ComparisonClass::OnlyLeft } else { ComparisonClass::OnlyRight };
        self.take_row(side, class)
    }

    /// Takes all rows of a side with the key it stands at.
    fn take_group(&mut self, side: Side) -> Result<(), ReconcileError> {
        loop {
            let more = self.cursor(side).repeats();
            self.take_row(side, ComparisonClass::DuplicateKey)?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Takes one row that has no partner.
    fn take_row(&mut self, side: Side, class: ComparisonClass) -> Result<(), ReconcileError> {
        let at = Some(self.cursor(side).row());
        let (left, right) = if side == Side::Left { (at, None) } else { (None, at) };
        self.exceptions.note(Exception { class, left, right, differences: None });
        self.count(side, class)?;
        self.step(side)
    }

    /// Takes a key that is once on each side.
    fn pair(&mut self) -> Result<(), ReconcileError> {
        let (left, right) = (self.left.row(), self.right.row());
        self.differences.clear();
        let bound = match self.bound.take() {
            Some(bound) => bound,
            None => self.bind()?,
        };
        self.differences.extend(bound.iter().map(|pair| pair.difference(left, right)));
        self.bound = Some(bound);
        let class = if self.differences.contains(&Difference::Beyond) {
            self.tally.mismatch(&self.differences);
            ComparisonClass::Mismatch
        } else if self.differences.contains(&Difference::Tolerated) {
            ComparisonClass::WithinTolerance
        } else {
            ComparisonClass::Matched
        };
        if class != ComparisonClass::Matched {
            let differences = Some(self.differing_columns());
            self.exceptions.note(Exception { class, left: Some(left), right: Some(right), differences });
        }
        for side in [Side::Left, Side::Right] {
            self.count(side, class)?;
        }
        // Both rows are noted by their place, so neither side may leave its batch before both are copied out.
        for side in [Side::Left, Side::Right] {
            self.step(side)?;
        }
        Ok(())
    }

    fn differing_columns(&self) -> String {
        let pairs = self.plan.values.iter().zip(&self.differences);
        let names: Vec<&str> = pairs
            .filter(|(_, difference)| **difference != Difference::None)
            .map(|(pair, _)| pair.name.as_str())
            .collect();
        names.join(",")
    }

    fn bind(&self) -> Result<Vec<BoundPair>, ReconcileError> {
        let (Some(left), Some(right)) = (self.left.chunk(), self.right.chunk()) else { return Ok(Vec::new()) };
        let pairs = self.plan.values.iter().map(|pair| {
            let columns = (left.batch.column(pair.index(Side::Left)), right.batch.column(pair.index(Side::Right)));
            pair.bind(columns.0, columns.1)
                .ok_or_else(|| ReconcileError::WrongColumns { data_set: self.plan.side(Side::Right).name.clone() })
        });
        pairs.collect()
    }

    fn count(&mut self, side: Side, class: ComparisonClass) -> Result<(), ReconcileError> {
        let cursor = if side == Side::Left { &self.left } else { &self.right };
        self.tally.row(side, class, cursor)
    }

    fn step(&mut self, side: Side) -> Result<(), ReconcileError> {
        if self.cursor(side).at_last_row() {
            self.exceptions.copy_out(self.left.chunk(), self.right.chunk())?;
            self.bound = None;
        }
        if side == Side::Left { self.left.step() } else { self.right.step() }
    }

    fn cursor(&self, side: Side) -> &Cursor<'_> {
        if side == Side::Left { &self.left } else { &self.right }
    }
}
