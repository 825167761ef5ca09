//! The tolerance of a compared column: each limit on a type that it can limit, and none below zero.
//!
//! A limit is exact text, never a TOML number; days are whole numbers.

use tieout_model::{ColumnType, DayTolerance, Decimal, RelativeBase, RelativeTolerance, Tolerance};

use super::{Family, Pair, Sides, family};
use crate::load::reader::{Reader, read_table};
use crate::load::value::Value;

/// What `relative_base` may be.
const BASES: [(&str, RelativeBase); 3] =
    [("left", RelativeBase::Left), ("right", RelativeBase::Right), ("max", RelativeBase::Max)];

/// Reads `absolute`, `relative` with its base, `days` and `cap`.
pub(super) fn tolerance(reader: &mut Reader<'_>, pair: Option<&Pair<'_>>, sides: &Sides<'_>) -> Tolerance {
    let mut amount = |key: &'static str| {
        let value = reader.optional(key)?;
        expect(&value, pair, sides, "numeric", |data_type| family(data_type, false) == Family::Number);
        not_below_zero(&value)
    };
    let (absolute, fraction, cap) = (amount("absolute"), amount("relative"), amount("cap"));
    let base = reader.optional_text("relative_base");
    if let Some(base) = &base
        && !reader.has("relative")
    {
        base.report("'relative_base' needs 'relative'");
    }
    let base = base.and_then(|text| text.choice(&BASES)).unwrap_or_default();
    let days = reader.optional("days").and_then(|value| {
        let is_moment = |data_type| matches!(data_type, ColumnType::Date | ColumnType::Timestamp);
        expect(&value, pair, sides, "date or timestamp", is_moment);
        days(&value)
    });
    if let Some(value) = reader.optional("cap")
        && !reader.has("absolute")
        && !reader.has("relative")
    {
        value.report("'cap' needs 'absolute' or 'relative': without them nothing is tolerated that could add up");
    }
    Tolerance { absolute, relative: fraction.map(|fraction| RelativeTolerance { fraction, base }), days, cap }
}

/// A decimal that is not below zero; another is reported.
pub(super) fn not_below_zero(value: &Value<'_>) -> Option<Decimal> {
    let limit = value.decimal()?;
    if limit.is_negative() {
        let what = if value.name() == "'cap'" { "cap" } else { "tolerance" };
        value.report(format!("{} is {limit}; a {what} is not below zero", value.name()));
    }
    Some(limit)
}

/// Days on both sides, or a table of `before` and `after`.
fn days(value: &Value<'_>) -> Option<DayTolerance> {
    if !value.is_table() {
        let days = value.whole()?;
        return Some(DayTolerance { before: days, after: days });
    }
    read_table(value, |reader| {
        let before = reader.required("before").and_then(|value| value.whole());
        let after = reader.required("after").and_then(|value| value.whole());
        Some(DayTolerance { before: before?, after: after? })
    })
}

/// Reports a limit on a column of a type that it cannot limit.
fn expect(
    value: &Value<'_>,
    pair: Option<&Pair<'_>>,
    sides: &Sides<'_>,
    wanted: &str,
    fits: impl Fn(ColumnType) -> bool,
) {
    // A right column of another kind than the left one is reported as a pair that does not go together.
    if let Some(pair) = pair
        && let Some(data_type) = pair.left_type(sides)
        && !fits(data_type)
    {
        let column = pair.left.as_str();
        value.report(format!("{} needs a {wanted} column, and '{column}' is {data_type}", value.name()));
    }
}
