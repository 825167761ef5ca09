//! The merge: walks both sides in key order and puts every row into its class.
//!
//! Order of the exceptions: key; within a key pairs, then left rows, then right rows, each in the order of their side.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonClass, ComparisonDetails, ComparisonResult, Side};
use tieout_tables::TableError;

use super::Batches;
use super::cursor::Cursor;
use super::details::{Bound, DetailTally, DifferingPair};
use super::exceptions::{Exception, Exceptions};
use super::group::{class_of_sums, is_arbitrary};
use super::plan::{ComparisonPlan, DuplicatesPlan};
use super::tally::Tally;
use super::value::Difference;
use super::written::WrittenTally;
use crate::ReconcileError;

/// Compares two sides and hands every row that is not matched to `exceptions`, in batches of the plan's
/// `exceptions_schema` and in order of the key.
///
/// The rows of each side may come in any order and must have the columns of the plan; they are sorted in the folder
/// `scratch` (files are made only for what exceeds 48 MiB a side, and are gone in the end). Neither the result nor the
/// exceptions depend on the order of the rows or on their batches. Each row falls into exactly one class; a null in a
/// key makes it `null_key`; a key that is more than once on a side is treated as declared. Rows within tolerance are
/// listed as well: they are reconciling differences. What is held is two batches a side, the exceptions of one batch
/// and, when duplicates are paired or summed, the rows of one key. Errors: other columns, an amount without currency,
/// a sum beyond 38 digits, numbers beyond 76 digits at a common scale, and whatever `left`, `right`, `exceptions` or
/// the scratch folder report.
pub fn resolve(
    plan: &ComparisonPlan,
    left: impl Batches,
    right: impl Batches,
    scratch: &Path,
    exceptions: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<ComparisonResult, ReconcileError> {
    let left = plan.left.sorted(left, scratch)?;
    let right = plan.right.sorted(right, scratch)?;
    let mut merge = Merge {
        plan,
        left: Cursor::new(plan, Side::Left, left)?,
        right: Cursor::new(plan, Side::Right, right)?,
        bound: None,
        differences: Vec::with_capacity(plan.values.len()),
        tally: Tally::new(plan),
        details: DetailTally::new(plan),
        written: WrittenTally::new(plan),
        exceptions: Exceptions::new(plan, exceptions),
    };
    merge.run()?;
    merge.exceptions.finish()?;
    let mut details = ComparisonDetails::default();
    merge.written.finish(&mut details);
    merge.details.finish(&merge.left.currencies, &mut details)?;
    merge.tally.finish(&merge.left.currencies, &merge.right.currencies, details)
}

struct Merge<'a> {
    plan: &'a ComparisonPlan,
    left: Cursor<'a>,
    right: Cursor<'a>,
    /// The compared columns of the current batches; made when first needed.
    bound: Option<Bound>,
    /// The differences of the row pair at hand, by compared column.
    differences: Vec<Difference>,
    tally: Tally<'a>,
    details: DetailTally<'a>,
    written: WrittenTally<'a>,
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
                Ordering::Equal if self.left.repeats() || self.right.repeats() => self.both_sided()?,
                Ordering::Equal => self.once_each()?,
            }
        }
    }

    /// Takes a key that the other side does not have.
    fn one_sided(&mut self, side: Side) -> Result<(), ReconcileError> {
        let cursor = self.cursor(side);
        let unmatched = if side == Side::Left { ComparisonClass::OnlyLeft } else { ComparisonClass::OnlyRight };
        match &self.plan.duplicates {
            _ if cursor.key_is_null() => self.take_row(side, ComparisonClass::NullKey),
            DuplicatesPlan::List if cursor.repeats() => {
                self.tally.key(ComparisonClass::DuplicateKey);
                self.list_group(side)?;
                self.written.end_key();
                Ok(())
            }
            _ => self.take_row(side, unmatched),
        }
    }

    /// Takes a key that both sides have and one of them more than once.
    fn both_sided(&mut self) -> Result<(), ReconcileError> {
        match &self.plan.duplicates {
            DuplicatesPlan::List => {
                self.tally.key(ComparisonClass::DuplicateKey);
                self.list_group(Side::Left)?;
                self.list_group(Side::Right)?;
            }
            DuplicatesPlan::Pair(_) => self.pair_group()?,
            DuplicatesPlan::Sum(sum) => {
                self.gather()?;
                let (left, right) = (self.group(Side::Left), self.group(Side::Right));
                let class = class_of_sums(sum, (&self.left, left.clone()), (&self.right, right.clone()))?;
                self.whole_group(class, left, right)?;
            }
        }
        self.written.end_key();
        Ok(())
    }

    /// Takes all rows of a side with the key at hand, without holding them.
    fn list_group(&mut self, side: Side) -> Result<(), ReconcileError> {
        loop {
            let more = self.cursor(side).repeats();
            let row = self.cursor(side).row();
            self.look_at(side, row..row + 1);
            self.take_row(side, ComparisonClass::DuplicateKey)?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Takes one row that has no partner.
    fn take_row(&mut self, side: Side, class: ComparisonClass) -> Result<(), ReconcileError> {
        let row = self.cursor(side).row();
        self.unpaired(side, class, row..row + 1)?;
        self.step(side, 1)
    }

    /// Takes a key that is once on each side.
    fn once_each(&mut self) -> Result<(), ReconcileError> {
        let (left, right) = (self.left.row(), self.right.row());
        self.look_at(Side::Left, left..left + 1);
        self.look_at(Side::Right, right..right + 1);
        self.written.end_key();
        self.judge(left, right)?;
        // Both rows are noted by their place, so neither side may leave its batch before both are copied out.
        self.step(Side::Left, 1)?;
        self.step(Side::Right, 1)
    }

    /// Pairs the rows of a key in their declared order.
    fn pair_group(&mut self) -> Result<(), ReconcileError> {
        self.gather()?;
        let (left, right) = (self.group(Side::Left), self.group(Side::Right));
        let pairs = left.len().min(right.len());
        let arbitrary = |side, cursor: &Cursor<'_>, rows: &Range<usize>| match cursor.chunk() {
            Some(chunk) => is_arbitrary(self.plan, side, chunk, rows.clone(), pairs),
            None => Ok(false),
        };
        if arbitrary(Side::Left, &self.left, &left)? || arbitrary(Side::Right, &self.right, &right)? {
            return self.whole_group(ComparisonClass::Ambiguous, left, right);
        }
        self.look_at(Side::Left, left.clone());
        self.look_at(Side::Right, right.clone());
        for (left, right) in left.clone().zip(right.clone()) {
            self.judge(left, right)?;
        }
        self.unpaired(Side::Left, ComparisonClass::OnlyLeft, left.start + pairs..left.end)?;
        self.unpaired(Side::Right, ComparisonClass::OnlyRight, right.start + pairs..right.end)?;
        self.step(Side::Left, left.len())?;
        self.step(Side::Right, right.len())
    }

    /// Puts all rows of a key that were gathered into one class.
    fn whole_group(
        &mut self,
        class: ComparisonClass,
        left: Range<usize>,
        right: Range<usize>,
    ) -> Result<(), ReconcileError> {
        self.tally.key(class);
        for (side, rows) in [(Side::Left, left.clone()), (Side::Right, right.clone())] {
            self.look_at(side, rows.clone());
            self.unpaired(side, class, rows)?;
        }
        self.step(Side::Left, left.len())?;
        self.step(Side::Right, right.len())
    }

    /// Compares a row of each current batch and puts both into their class.
    fn judge(&mut self, left: usize, right: usize) -> Result<(), ReconcileError> {
        let (Some(lefts), Some(rights)) = (self.left.chunk(), self.right.chunk()) else { return Ok(()) };
        let bound = match self.bound.take() {
            Some(bound) => bound,
            None => Bound::new(self.plan, lefts, rights)?,
        };
        self.differences.clear();
        for (value, bound) in self.plan.values.iter().zip(&bound.values) {
            self.differences.push(bound.difference(left, right).ok_or_else(|| value.pair.too_wide())?);
        }
        let class = if self.differences.contains(&Difference::Beyond) {
            self.tally.mismatch(&self.differences);
            ComparisonClass::Mismatch
        } else if self.differences.contains(&Difference::Tolerated) {
            ComparisonClass::WithinTolerance
        } else {
            ComparisonClass::Matched
        };
        self.tally.row(Side::Left, class, lefts, left)?;
        self.tally.row(Side::Right, class, rights, right)?;
        if class != ComparisonClass::Matched {
            let differences = &self.differences;
            let pair = DifferingPair { class, bound: &bound, chunk: lefts, left, right, differences };
            self.details.pair(&pair)?;
            let differences = Some(self.differing_columns());
            self.note(Exception { class, left: Some(left), right: Some(right), differences })?;
        }
        self.bound = Some(bound);
        Ok(())
    }

    fn differing_columns(&self) -> String {
        let values = self.plan.values.iter().zip(&self.differences);
        let names: Vec<&str> = values
            .filter(|(_, difference)| **difference != Difference::None)
            .map(|(value, _)| value.pair.name.as_str())
            .collect();
        names.join(",")
    }

    /// Notes and counts rows of the current batch that have no partner.
    fn unpaired(&mut self, side: Side, class: ComparisonClass, rows: Range<usize>) -> Result<(), ReconcileError> {
        for row in rows {
            let (left, right) = if side == Side::Left { (Some(row), None) } else { (None, Some(row)) };
            self.note(Exception { class, left, right, differences: None })?;
            let cursor = if side == Side::Left { &self.left } else { &self.right };
            if let Some(chunk) = cursor.chunk() {
                self.tally.row(side, class, chunk, row)?;
            }
        }
        Ok(())
    }

    fn note(&mut self, exception: Exception) -> Result<(), ReconcileError> {
        self.exceptions.note(exception);
        if self.exceptions.are_many() { self.copy_out() } else { Ok(()) }
    }

    /// Looks at how the keys of rows of the current batch are written.
    fn look_at(&mut self, side: Side, rows: Range<usize>) {
        let cursor = if side == Side::Left { &self.left } else { &self.right };
        if let Some(chunk) = cursor.chunk() {
            rows.for_each(|row| self.written.row(chunk, row));
        }
    }

    /// Brings all rows of the key at hand into one batch on each side.
    fn gather(&mut self) -> Result<(), ReconcileError> {
        if self.left.group_goes_on() || self.right.group_goes_on() {
            self.copy_out()?;
            self.bound = None;
        }
        for cursor in [&mut self.left, &mut self.right] {
            if cursor.group_goes_on() {
                cursor.gather()?;
            }
        }
        Ok(())
    }

    /// The rows of the current batch with the key at hand.
    fn group(&self, side: Side) -> Range<usize> {
        let cursor = self.cursor(side);
        cursor.row()..cursor.group_end()
    }

    fn step(&mut self, side: Side, rows: usize) -> Result<(), ReconcileError> {
        if self.cursor(side).leaves(rows) {
            self.copy_out()?;
            self.bound = None;
        }
        if side == Side::Left { self.left.step(rows) } else { self.right.step(rows) }
    }

    /// Copies out what is noted. Places in the current batches are good until one of them is left.
    fn copy_out(&mut self) -> Result<(), ReconcileError> {
        self.exceptions.copy_out(self.left.chunk(), self.right.chunk())
    }

    fn cursor(&self, side: Side) -> &Cursor<'_> {
        if side == Side::Left { &self.left } else { &self.right }
    }
}
