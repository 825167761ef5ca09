//! Who is nearest to whom within a group of rows that agree in a relaxed key.
//!
//! Every pair with a row that asks is judged. Cells are first replaced by their rank among the group's cells, so that
//! a pair costs a few comparisons of integers whatever the types.

use std::cmp::Ordering;

use arrow::datatypes::i256;
use tieout_model::Side;

use super::cell::{Cell, Cells};
use super::plan::{Amount, Plan};
use super::table::{Found, Line, Place};
use crate::ReconcileError;

/// A row of a group.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) place: Place,
    pub(super) side: Side,
    /// Whether it looks for its nearest; otherwise it is a candidate only.
    pub(super) asks: bool,
    /// The columns of its batch, in the order of the plan's.
    pub(super) cells: &'a [Cells],
}

/// A row as it is judged.
#[derive(Debug)]
struct Judged {
    place: Place,
    asks: bool,
    /// The ranks of its cells, by column of the plan: equal where the cells are.
    ranks: Vec<u32>,
    amount: Option<i256>,
}

/// How far two rows are apart. The order is the order of nearness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    columns: usize,
    amount: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    By(i256),
    /// One of the amounts is null, or there is no amount.
    Unknown,
}

/// The nearest candidates of a row so far.
#[derive(Debug, Clone, Default)]
struct Nearest {
    distance: Option<Distance>,
    count: u64,
    /// Positions of the first of them among the rows of the other side.
    listed: Vec<usize>,
}

/// The rank of a null in the key on the left side, which differs from everything on the right.
const LEFT_NULL: u32 = 0;
/// The same on the right side; cells have greater ranks.
const RIGHT_NULL: u32 = 1;

/// The answers to all members that ask; there must be a member on each side.
pub(super) fn nearest(
    plan: &Plan,
    members: &[Member<'_>],
    relaxed: usize,
    limit: usize,
) -> Result<Vec<Line>, ReconcileError> {
    let (lefts, rights) = judged(plan, members)?;
    let mut of_rights = vec![Nearest::default(); rights.len()];
    let mut lines = Vec::new();
    for (left_index, left) in lefts.iter().enumerate() {
        let mut of_left = Nearest::default();
        for ((right_index, right), of_right) in rights.iter().enumerate().zip(&mut of_rights) {
            let columns = differing(plan, left, right).count();
            let (left_asks, right_asks) =
                (left.asks && of_left.may_take(columns), right.asks && of_right.may_take(columns));
            if !left_asks && !right_asks {
                continue;
            }
            let distance = Distance { columns, amount: gap(plan.amount.as_ref(), left, right)? };
            // Both sides are in order, so candidates come in order and the first that are listed are the same always.
            if left_asks {
                of_left.take(distance, right_index, limit);
            }
            if right_asks {
                of_right.take(distance, left_index, limit);
            }
        }
        of_left.answer(plan, (Side::Left, left, &rights), relaxed, &mut lines)?;
    }
    for (right, of_right) in rights.iter().zip(&of_rights) {
        of_right.answer(plan, (Side::Right, right, &lefts), relaxed, &mut lines)?;
    }
    Ok(lines)
}

impl Nearest {
    /// Whether a candidate that differs in so many columns could be among the nearest.
    fn may_take(&self, columns: usize) -> bool {
        self.distance.is_none_or(|nearest| columns <= nearest.columns)
    }

    fn take(&mut self, distance: Distance, candidate: usize, limit: usize) {
        match self.distance.map_or(Ordering::Less, |nearest| distance.cmp(&nearest)) {
            Ordering::Less => {
                (self.distance, self.count) = (Some(distance), 0);
                self.listed.clear();
            }
            Ordering::Equal => {}
            Ordering::Greater => return,
        }
        self.count += 1;
        if self.listed.len() < limit {
            self.listed.push(candidate);
        }
    }

    /// Writes the lines of a row; none when it does not ask.
    fn answer(
        &self,
        plan: &Plan,
        (side, row, others): (Side, &Judged, &[Judged]),
        relaxed: usize,
        lines: &mut Vec<Line>,
    ) -> Result<(), ReconcileError> {
        for (ordinal, candidate) in (0..).zip(self.listed.iter().filter_map(|index| others.get(*index))) {
            let names: Vec<&str> = differing(plan, row, candidate).collect();
            let difference = match (row.amount, candidate.amount, &plan.amount) {
                (Some(row), Some(candidate), Some(amount)) => Some(subtract(amount, candidate, row)?),
                _ => None,
            };
            lines.push(Line {
                side,
                row: row.place,
                ordinal,
                found: if self.count == 1 { Found::Nearest } else { Found::Ambiguous },
                relaxed: Some(relaxed),
                candidates: self.count,
                candidate: Some(candidate.place),
                differs_in: Some(names.join(",")),
                amount_difference: difference,
            });
        }
        Ok(())
    }
}

/// The left and the right rows, each in the order of their cells.
fn judged(plan: &Plan, members: &[Member<'_>]) -> Result<(Vec<Judged>, Vec<Judged>), ReconcileError> {
    let mut ranks = vec![Vec::with_capacity(plan.columns.len()); members.len()];
    for column in 0..plan.columns.len() {
        rank(members, column, column < plan.key, &mut ranks);
    }
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    for (member, ranks) in members.iter().zip(ranks) {
        let amount = match &plan.amount {
            Some(amount) => read_amount(amount, member)?,
            None => None,
        };
        let side = if member.side == Side::Left { &mut lefts } else { &mut rights };
        side.push(Judged { place: member.place, asks: member.asks, ranks, amount });
    }
    lefts.sort_by(|one, other| one.ranks.cmp(&other.ranks));
    rights.sort_by(|one, other| one.ranks.cmp(&other.ranks));
    Ok((lefts, rights))
}

/// Appends the rank of every member's cell in a column. Outside the key nulls are equal.
fn rank(members: &[Member<'_>], column: usize, in_key: bool, ranks: &mut [Vec<u32>]) {
    let mut cells: Vec<(Option<Cell<'_>>, &Member<'_>, &mut Vec<u32>)> =
        members.iter().zip(ranks).map(|(member, ranks)| (member.cell(column), member, ranks)).collect();
    cells.sort_unstable_by_key(|(cell, _, _)| *cell);
    let (mut last, mut rank) = (None, RIGHT_NULL + 1);
    for (cell, member, ranks) in cells {
        if cell != last {
            (last, rank) = (cell, rank + 1);
        }
        ranks.push(match (cell, in_key, member.side) {
            (None, true, Side::Left) => LEFT_NULL,
            (None, true, Side::Right) => RIGHT_NULL,
            _ => rank,
        });
    }
}

impl<'a> Member<'a> {
    fn cell(&self, column: usize) -> Option<Cell<'a>> {
        self.cells.get(column).and_then(|cells| cells.get(self.place.row))
    }
}

fn read_amount(amount: &Amount, member: &Member<'_>) -> Result<Option<i256>, ReconcileError> {
    match member.cell(amount.column) {
        Some(Cell::Number(value)) => Ok(Some(value)),
        Some(_) => Err(overflow(amount)),
        None => Ok(None),
    }
}

fn gap(amount: Option<&Amount>, left: &Judged, right: &Judged) -> Result<Gap, ReconcileError> {
    match (left.amount, right.amount, amount) {
        // The greatest difference below zero has no absolute value, but no difference of 76 digits comes near it.
        (Some(left), Some(right), Some(amount)) => Ok(Gap::By(subtract(amount, left, right)?.wrapping_abs())),
        _ => Ok(Gap::Unknown),
    }
}

fn subtract(amount: &Amount, minuend: i256, subtrahend: i256) -> Result<i256, ReconcileError> {
    minuend.checked_sub(subtrahend).ok_or_else(|| overflow(amount))
}

fn overflow(amount: &Amount) -> ReconcileError {
    ReconcileError::Overflow { column: amount.name.clone() }
}

/// The names of the columns in which two rows of different sides differ, in the order of the plan.
fn differing<'a>(plan: &'a Plan, one: &Judged, other: &Judged) -> impl Iterator<Item = &'a str> {
    let ranks = one.ranks.iter().zip(&other.ranks);
    let counted = plan.columns.iter().zip(ranks).take(plan.counted);
    counted.filter(|(_, (one, other))| one != other).map(|(pair, _)| pair.name.as_str())
}
