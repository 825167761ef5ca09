//! Whether two values differ, whether a difference is tolerated, and how large it is.
//!
//! Values compare in the form of their pair and every step is exact. Null equals null and differs from every value
//! beyond any tolerance.

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{Float64Type, i256};
use tieout_model::{ComparedColumn, Decimal, Side, Tolerance};
use tieout_tables::TextForm;

use super::form::{PairForm, one_zero_and_one_nan};
use super::moment::{MomentRule, ticks};
use super::number::{NumberRule, WideNumbers};
use super::pair::{ColumnPair, PairRole};
use super::spec::SideSchema;
use crate::ReconcileError;
use crate::error::misfit;

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Equal.
    None,
    /// Different, by no more than the tolerance.
    Tolerated,
    /// Different by more.
    Beyond,
}

/// A compared pair of columns, resolved.
#[derive(Debug)]
pub(super) struct ValuePair {
    pub(super) pair: ColumnPair,
    rule: Rule,
    /// Whether a tolerance is declared, and what it may absorb.
    pub(super) absorbs: Option<Absorbs>,
    /// The place of the column among the left side's amounts.
    pub(super) amount: Option<usize>,
}

/// What the tolerance of a column may absorb.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absorbs {
    pub(super) cap: Option<Decimal>,
    /// Decimals of what is absorbed.
    pub(super) scale: u8,
}

#[derive(Debug, Clone)]
enum Rule {
    Exact,
    Number(NumberRule),
    Moment(MomentRule),
}

impl ValuePair {
    /// Resolves a compared pair, or says why it does not compare.
    pub(super) fn new(left: &SideSchema, right: &SideSchema, column: &ComparedColumn) -> Result<Self, ReconcileError> {
        let pair = ColumnPair::new(left, right, &column.names, &column.normalisation, PairRole::Compared)?;
        let tolerance = &column.tolerance;
        check_tolerance(&pair, tolerance)?;
        let rule = match &pair.form {
            PairForm::Number { scales, .. } => Rule::Number(NumberRule::new(*scales, tolerance)),
            PairForm::Date | PairForm::DateOf | PairForm::Timestamp { .. } | PairForm::Time { .. } => {
                Rule::Moment(MomentRule::new(&pair.form, tolerance.days))
            }
            PairForm::Text(_) | PairForm::Boolean | PairForm::Float | PairForm::Binary => Rule::Exact,
        };
        let declared = tolerance.absolute.is_some() || tolerance.relative.is_some() || tolerance.days.is_some();
        let scale = if let Rule::Number(rule) = &rule { rule.scale } else { 0 };
        let absorbs = declared.then_some(Absorbs { cap: tolerance.cap, scale });
        let amount = left.amounts.iter().position(|amount| amount.column == column.names.left);
        Ok(Self { pair, rule, absorbs, amount })
    }

    /// How the numbers of the pair compare; `None` when they are none.
    pub(super) fn number_rule(&self) -> Option<&NumberRule> {
        if let Rule::Number(rule) = &self.rule { Some(rule) } else { None }
    }

    /// Binds the pair to one batch of each side.
    pub(super) fn bind(&self, left: &[ArrayRef], right: &[ArrayRef]) -> Result<BoundPair, ReconcileError> {
        let columns = (self.pair.column(Side::Left, left)?, self.pair.column(Side::Right, right)?);
        if let Rule::Moment(rule) = &self.rule {
            let moments = |side, columns| {
                let values = self.pair.form.day_of(side, self.pair.column(side, columns)?);
                let values = values.map_err(|problem| self.pair.error(problem))?;
                ticks(&values).map_err(|problem| self.pair.error(problem))
            };
            return Ok(BoundPair::Moment(moments(Side::Left, left)?, moments(Side::Right, right)?, *rule));
        }
        self.bind_exact(columns.0, columns.1).ok_or_else(|| self.pair.absent())
    }

    fn bind_exact(&self, left: &ArrayRef, right: &ArrayRef) -> Option<BoundPair> {
        Some(match (&self.pair.form, &self.rule) {
            (_, Rule::Number(rule)) => {
                BoundPair::Number(WideNumbers::read(left)?, WideNumbers::read(right)?, rule.clone())
            }
            (PairForm::Text(form), _) => {
                BoundPair::Text(left.as_string_opt()?.clone(), right.as_string_opt()?.clone(), form.clone())
            }
            (PairForm::Boolean, _) => {
                BoundPair::Boolean(left.as_boolean_opt()?.clone(), right.as_boolean_opt()?.clone())
            }
            (PairForm::Float, _) => {
                let floats = |values: &ArrayRef| values.as_primitive_opt::<Float64Type>().cloned();
                BoundPair::Float(floats(left)?, floats(right)?)
            }
            (PairForm::Binary, _) => BoundPair::Binary(left.as_binary_opt()?.clone(), right.as_binary_opt()?.clone()),
            _ => return None,
        })
    }
}

/// Refuses a tolerance that the pair cannot have.
fn check_tolerance(pair: &ColumnPair, tolerance: &Tolerance) -> Result<(), ReconcileError> {
    let name = &pair.name;
    let number = matches!(pair.form, PairForm::Number { .. });
    let day = matches!(pair.form, PairForm::Date | PairForm::DateOf | PairForm::Timestamp { .. });
    let limits = [tolerance.absolute, tolerance.relative.map(|relative| relative.fraction), tolerance.cap];
    if !number && (tolerance.absolute.is_some() || tolerance.relative.is_some()) {
        let cure = if day { "set a tolerance in days" } else { "cast it to decimal, or leave the tolerance out" };
        return Err(misfit(
            format!("column '{name}' has a tolerance, but is no decimal or integer on both sides"),
            cure,
        ));
    }
    if !day && tolerance.days.is_some() {
        let problem = format!("column '{name}' has a tolerance in days, but is no date or timestamp on both sides");
        let cure = if number { "set an absolute or relative tolerance" } else { "leave the tolerance out" };
        return Err(misfit(problem, cure));
    }
    if limits.into_iter().flatten().any(Decimal::is_negative) {
        let problem = format!("the tolerance of column '{name}' is below zero");
        return Err(misfit(problem, "set a tolerance of zero or more"));
    }
    if tolerance.cap.is_some() && tolerance.absolute.is_none() && tolerance.relative.is_none() {
        let problem = format!("column '{name}' has a cap, but no absolute or relative tolerance");
        return Err(misfit(problem, "set the tolerance that the cap is for, or leave the cap out"));
    }
    Ok(())
}

/// A compared pair over one batch of each side.
#[derive(Debug)]
pub(super) enum BoundPair {
    Text(StringArray, StringArray, TextForm),
    Boolean(BooleanArray, BooleanArray),
    Number(WideNumbers, WideNumbers, NumberRule),
    Moment(Int64Array, Int64Array, MomentRule),
    Float(Float64Array, Float64Array),
    Binary(BinaryArray, BinaryArray),
}

impl BoundPair {
    /// Compares a row of the left batch with a row of the right batch; `None` when numbers do not fit a common unit.
    pub(super) fn difference(&self, left: usize, right: usize) -> Option<Difference> {
        let equal = match self {
            Self::Text(lefts, rights, form) => match (get(lefts, left), get(rights, right)) {
                (Some(left), Some(right)) => {
                    left == right || (!form.is_exact() && form.apply(left) == form.apply(right))
                }
                (left, right) => left == right,
            },
            Self::Boolean(lefts, rights) => {
                lefts.is_valid(left).then(|| lefts.value(left)) == rights.is_valid(right).then(|| rights.value(right))
            }
            Self::Float(lefts, rights) => float(lefts, left) == float(rights, right),
            Self::Binary(lefts, rights) => {
                lefts.is_valid(left).then(|| lefts.value(left)) == rights.is_valid(right).then(|| rights.value(right))
            }
            Self::Number(lefts, rights, rule) => match (lefts.get(left), rights.get(right)) {
                (Some(left), Some(right)) => return rule.difference(left, right),
                (left, right) => left.is_none() && right.is_none(),
            },
            Self::Moment(lefts, rights, rule) => match (moment(lefts, left), moment(rights, right)) {
                (Some(left), Some(right)) => return Some(rule.difference(left, right)),
                (left, right) => left.is_none() && right.is_none(),
            },
        };
        Some(if equal { Difference::None } else { Difference::Beyond })
    }

    /// The absolute difference of two values: of numbers in the unit of the finer column, of moments in days begun.
    ///
    /// `None` when a value is null or of another type.
    pub(super) fn apart(&self, left: usize, right: usize) -> Result<Option<i256>, DoesNotFit> {
        match self {
            Self::Number(..) => {
                let (Some(left), Some(right)) = (self.left_number(left)?, self.right_number(right)?) else {
                    return Ok(None);
                };
                Ok(Some(right.checked_sub(left).and_then(i256::checked_abs).ok_or(DoesNotFit)?))
            }
            Self::Moment(lefts, rights, rule) => {
                let both = moment(lefts, left).zip(moment(rights, right));
                Ok(both.map(|(left, right)| i256::from_i128(rule.days_begun(left, right))))
            }
            _ => Ok(None),
        }
    }

    /// A left number in the unit of the finer column.
    pub(super) fn left_number(&self, row: usize) -> Result<Option<i256>, DoesNotFit> {
        let Self::Number(lefts, _, rule) = self else { return Ok(None) };
        lefts.get(row).map(|value| rule.left(value).ok_or(DoesNotFit)).transpose()
    }

    /// A right number in the unit of the finer column.
    pub(super) fn right_number(&self, row: usize) -> Result<Option<i256>, DoesNotFit> {
        let Self::Number(_, rights, rule) = self else { return Ok(None) };
        rights.get(row).map(|value| rule.right(value).ok_or(DoesNotFit)).transpose()
    }
}

/// A number does not fit the unit of the finer column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DoesNotFit;

fn get(values: &StringArray, row: usize) -> Option<&str> {
    values.is_valid(row).then(|| values.value(row))
}

/// The bits of a float that are the same for all that equal it by value.
fn float(values: &Float64Array, row: usize) -> Option<u64> {
    values.is_valid(row).then(|| one_zero_and_one_nan(values.value(row)).to_bits())
}

fn moment(values: &Int64Array, row: usize) -> Option<i64> {
    values.is_valid(row).then(|| values.value(row))
}
