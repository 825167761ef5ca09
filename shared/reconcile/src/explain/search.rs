//! One walk over the rows in the order of a relaxed key, group by group.
//!
//! Of a group only so many rows are held as could still be judged; what goes beyond waits in the scratch folder until
//! the group ends and it is known whether anything agrees with it.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, StringArray};
use arrow::compute::interleave_record_batch;
use arrow::record_batch::RecordBatch;
use tieout_model::Side;
use tieout_tables::Sorter;

use super::cell::Cells;
use super::nearest::{Member, nearest};
use super::plan::{ANSWERED, EXCEPTIONS, GROUP, Plan};
use super::pool::{Pool, right_sides, with_answers};
use super::table::{Found, Line, Place, Table};
use crate::ReconcileError;

/// The walk over one relaxed key.
pub(super) struct Search<'a, 'b> {
    plan: &'a Plan,
    relaxed: usize,
    scratch: &'a Path,
    table: &'b mut Table<'a>,
    /// Where rows go for the relaxed key that follows.
    next: Option<Pool>,
    /// The batches at hand: the last one, and before it those of which the open group holds rows.
    window: Vec<Bound>,
    group: Group,
    /// What is known about rows of the window.
    settled: Settled,
}

/// A batch of sorted rows.
struct Bound {
    rows: RecordBatch,
    groups: StringArray,
    answered: BooleanArray,
    right: BooleanArray,
    /// Its cells as those of left rows, and as those of right rows.
    cells: [Vec<Cells>; 2],
}

/// The rows that agree, as far as they were seen.
#[derive(Default)]
struct Group {
    name: Option<String>,
    /// Rows that ask, and rows that are candidates for them.
    kept: Vec<Place>,
    /// Rows of the left and of the right side.
    rows: [u64; 2],
    /// Those of them that ask.
    asking: [u64; 2],
    /// Rows that ask beyond those that are kept: the first in the last batch and their number, and all before.
    beyond: Option<(Place, usize)>,
    waiting: Option<Sorter>,
}

/// What became of rows.
#[derive(Default)]
struct Settled {
    lines: Vec<Line>,
    /// Rows that are done with for this relaxed key, and whether they have their answer.
    passed: Vec<(Place, bool)>,
}

/// What becomes of the rows of a group that ask.
#[derive(Clone, Copy)]
enum Outcome {
    /// They have their lines.
    Judged,
    /// No row of the other side agrees.
    Alone,
    /// So many rows of the left and of the right side agree that none is judged.
    TooMany([u64; 2]),
}

impl<'a, 'b> Search<'a, 'b> {
    /// A walk over the relaxed key at a position of the plan.
    pub(super) fn new(
        plan: &'a Plan,
        relaxed: usize,
        scratch: &'a Path,
        table: &'b mut Table<'a>,
    ) -> Result<Self, ReconcileError> {
        let following = relaxed + 1;
        let next = (following < plan.relax.len()).then(|| Pool::new(plan, following, scratch)).transpose()?;
        let (group, settled) = (Group::default(), Settled::default());
        Ok(Self { plan, relaxed, scratch, table, next, window: Vec::new(), group, settled })
    }

    /// Answers what this relaxed key can answer. Returns the rows for the next one, if there is one.
    pub(super) fn run(mut self, pool: Pool) -> Result<Option<Pool>, ReconcileError> {
        for batch in pool.sorted()? {
            let bound = Bound::new(self.plan, batch?)?;
            let (batch, rows) = (self.window.len(), bound.rows.num_rows());
            self.window.push(bound);
            for row in 0..rows {
                self.take(Place { batch, row })?;
            }
            self.leave_batch()?;
        }
        self.close_group()?;
        self.leave_batch()?;
        Ok(self.next)
    }

    /// Takes the next row.
    fn take(&mut self, place: Place) -> Result<(), ReconcileError> {
        let Some(bound) = self.window.get(place.batch) else { return Ok(()) };
        let (asks, side) = (!bound.answered.value(place.row), bound.side(place.row));
        if bound.groups.is_null(place.row) {
            self.settled.pass(place, side, !asks, self.next.is_some());
            return Ok(());
        }
        let name = bound.groups.value(place.row);
        if self.group.name.as_deref() != Some(name) {
            let name = Some(name.to_owned());
            self.close_group()?;
            self.group.name = name;
        }
        let group = &mut self.group;
        *of(&mut group.rows, side) += 1;
        // Room for one row more than there may be pairs. Once both sides have rows, every row that is kept hangs
        // together with the others by pairs, so a row that finds no room means that there are too many pairs.
        let room = group.kept.len() as u64 <= self.table.limits.pairs;
        let other = if side == Side::Left { Side::Right } else { Side::Left };
        if asks {
            *of(&mut group.asking, side) += 1;
        } else {
            self.settled.pass(place, side, true, self.next.is_some());
        }
        if room && (asks || *of(&mut group.asking, other) > 0) {
            group.kept.push(place);
        } else if asks {
            group.beyond = Some(group.beyond.map_or((place, 1), |(first, rows)| (first, rows + 1)));
        }
        Ok(())
    }

    /// Answers the rows of the group that ask.
    fn close_group(&mut self) -> Result<(), ReconcileError> {
        self.put_aside()?;
        let mut group = std::mem::take(&mut self.group);
        let outcome = group.outcome(self.table.limits.pairs);
        if matches!(outcome, Outcome::Judged) {
            let members: Vec<Member<'_>> = group.kept.iter().filter_map(|place| self.member(*place)).collect();
            let lines = nearest(self.plan, &members, self.relaxed, self.table.limits.listed)?;
            self.settled.lines.extend(lines);
        }
        let followed = self.next.is_some();
        for place in &group.kept {
            let Some(bound) = self.window.get(place.batch) else { continue };
            if !bound.answered.value(place.row) {
                self.settled.settle(*place, bound.side(place.row), outcome, self.relaxed, followed);
            }
        }
        let Some(waiting) = group.waiting.take() else { return Ok(()) };
        for batch in waiting.finish()? {
            let bound = Bound::new(self.plan, batch?)?;
            let mut settled = Settled::default();
            for row in 0..bound.rows.num_rows() {
                settled.settle(Place { batch: 0, row }, bound.side(row), outcome, self.relaxed, followed);
            }
            self.hand_on(&[&bound.rows], &settled)?;
        }
        Ok(())
    }

    /// Hands on what is known about the rows at hand, and lets go of the batches that the group does not need.
    fn leave_batch(&mut self) -> Result<(), ReconcileError> {
        self.put_aside()?;
        let settled = std::mem::take(&mut self.settled);
        let window = std::mem::take(&mut self.window);
        let batches: Vec<&RecordBatch> = window.iter().map(|bound| &bound.rows).collect();
        self.hand_on(&batches, &settled)?;
        if let (Some(first), Some(last)) = (self.group.kept.first(), self.group.kept.last()) {
            let (first, last) = (first.batch, last.batch);
            self.window = window.into_iter().skip(first).take(last - first + 1).collect();
            self.group.kept.iter_mut().for_each(|place| place.batch -= first);
        }
        Ok(())
    }

    /// Moves the rows of the last batch that find no room to where they wait for the end of the group.
    fn put_aside(&mut self) -> Result<(), ReconcileError> {
        let Some((first, rows)) = self.group.beyond.take() else { return Ok(()) };
        let Some(bound) = self.window.get(first.batch) else { return Ok(()) };
        let mut waiting = match self.group.waiting.take() {
            Some(waiting) => waiting,
            None => Sorter::new(Arc::clone(&self.plan.rows), &[], self.scratch)?,
        };
        waiting.push(bound.rows.slice(first.row, rows))?;
        self.group.waiting = Some(waiting);
        Ok(())
    }

    fn hand_on(&mut self, batches: &[&RecordBatch], settled: &Settled) -> Result<(), ReconcileError> {
        self.table.push(batches, &settled.lines)?;
        if let Some(next) = &mut self.next
            && !settled.passed.is_empty()
        {
            let places: Vec<(usize, usize)> =
                settled.passed.iter().map(|(place, _)| (place.batch, place.row)).collect();
            let answered: BooleanArray = settled.passed.iter().map(|(_, answered)| Some(*answered)).collect();
            let rows = interleave_record_batch(batches, &places)?;
            next.push(self.plan, &with_answers(self.plan, &rows, answered)?)?;
        }
        Ok(())
    }

    fn member(&self, place: Place) -> Option<Member<'_>> {
        let bound = self.window.get(place.batch)?;
        let side = bound.side(place.row);
        let [left, right] = &bound.cells;
        let cells = if side == Side::Left { left } else { right };
        Some(Member { place, side, asks: !bound.answered.value(place.row), cells })
    }
}

impl Group {
    fn outcome(&self, most_pairs: u64) -> Outcome {
        let ([left, right], [asking_left, asking_right]) = (self.rows, self.asking);
        if left == 0 || right == 0 {
            return Outcome::Alone;
        }
        // Every left row that asks with every right row, and the other way round; who both ask are one pair.
        let [left, right, asking_left, asking_right] = [left, right, asking_left, asking_right].map(u128::from);
        let pairs = asking_left * right + asking_right * (left - asking_left);
        if pairs > u128::from(most_pairs) { Outcome::TooMany(self.rows) } else { Outcome::Judged }
    }
}

impl Settled {
    /// Notes a row that is done with for this relaxed key; without another key to follow, it has its last answer.
    fn pass(&mut self, row: Place, side: Side, answered: bool, followed: bool) {
        if followed {
            self.passed.push((row, answered));
        } else if !answered {
            self.lines.push(Line::without_candidate(row, side, Found::None, None, 0));
        }
    }

    /// Notes a row that asked.
    fn settle(&mut self, row: Place, side: Side, outcome: Outcome, relaxed: usize, followed: bool) {
        if let Outcome::TooMany([left, right]) = outcome {
            let candidates = if side == Side::Left { right } else { left };
            self.lines.push(Line::without_candidate(row, side, Found::TooMany, Some(relaxed), candidates));
        }
        self.pass(row, side, !matches!(outcome, Outcome::Alone), followed);
    }
}

impl Bound {
    fn new(plan: &Plan, rows: RecordBatch) -> Result<Self, ReconcileError> {
        Self::bind(plan, rows).ok_or_else(|| ReconcileError::WrongColumns { data_set: EXCEPTIONS.to_owned() })
    }

    fn bind(plan: &Plan, rows: RecordBatch) -> Option<Self> {
        let cells = |side: Side| -> Option<Vec<Cells>> {
            let pairs = plan.row_columns(side).zip(&plan.columns);
            pairs
                .map(|(index, pair)| {
                    let [left, right] = pair.factors;
                    Cells::read(rows.columns().get(index)?, if side == Side::Left { left } else { right })
                })
                .collect()
        };
        let cells = [cells(Side::Left)?, cells(Side::Right)?];
        let groups = rows.columns().get(GROUP)?.as_string_opt()?.clone();
        let answered = rows.columns().get(ANSWERED)?.as_boolean_opt()?.clone();
        Some(Self { groups, answered, right: right_sides(&rows)?, cells, rows })
    }

    fn side(&self, row: usize) -> Side {
        if self.right.value(row) { Side::Right } else { Side::Left }
    }
}

/// The figure of a side.
fn of(figures: &mut [u64; 2], side: Side) -> &mut u64 {
    let [left, right] = figures;
    if side == Side::Left { left } else { right }
}
