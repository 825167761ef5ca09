//! Moments as whole numbers: dates in days, timestamps and times of day in the units of their columns.
//!
//! A moment lies in the day that begins at or before it, also before 1970. Spans are exact, in the finer unit of both
//! sides.

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, TimeUnit};
use tieout_model::{DayTolerance, Side};
use tieout_tables::cell_text;

use super::form::{PairForm, Unformed, wrong_type};
use super::value::Difference;

/// Nanoseconds in a microsecond.
pub(super) const NANOSECONDS_A_MICROSECOND: i128 = 1_000;
/// Nanoseconds in a day.
pub(super) const NANOSECONDS_A_DAY: i128 = 86_400_000_000_000;
/// Microseconds in a day.
const DAY_MICROSECONDS: i64 = 86_400_000_000;

/// How a pair of columns of dates, times of day or timestamps compares.
#[derive(Debug, Clone, Copy)]
pub(super) struct MomentRule {
    /// Brings left values to the finer unit of both sides.
    left_factor: i128,
    /// Brings right values to it.
    right_factor: i128,
    /// A day in that unit.
    day: i128,
    days: Option<DayTolerance>,
}

impl MomentRule {
    /// The rule of a form that is one of dates, times of day or timestamps.
    pub(super) fn new(form: &PairForm, days: Option<DayTolerance>) -> Self {
        let factor = |side| if form.up(side) > 0 { NANOSECONDS_A_MICROSECOND } else { 1 };
        let day = match form {
            PairForm::Timestamp { units, .. } | PairForm::Time { units } if units.contains(&TimeUnit::Nanosecond) => {
                NANOSECONDS_A_DAY
            }
            PairForm::Timestamp { .. } | PairForm::Time { .. } => i128::from(DAY_MICROSECONDS),
            _ => 1,
        };
        Self { left_factor: factor(Side::Left), right_factor: factor(Side::Right), day, days }
    }

    /// Compares two moments, each in the unit of its column.
    pub(super) fn difference(&self, left: i64, right: i64) -> Difference {
        let span = self.span(left, right);
        let within = |days: DayTolerance| {
            span >= -i128::from(days.before) * self.day && span <= i128::from(days.after) * self.day
        };
        match span {
            0 => Difference::None,
            _ if self.days.is_some_and(within) => Difference::Tolerated,
            _ => Difference::Beyond,
        }
    }

    /// The days that lie between two moments, a begun day counting as a whole one.
    pub(super) fn days_begun(&self, left: i64, right: i64) -> i128 {
        let span = self.span(left, right).abs();
        span.div_euclid(self.day) + i128::from(span.rem_euclid(self.day) > 0)
    }

    fn span(&self, left: i64, right: i64) -> i128 {
        i128::from(right) * self.right_factor - i128::from(left) * self.left_factor
    }
}

/// The whole numbers of a column of dates, times or timestamps, in its own unit.
pub(super) fn ticks(values: &ArrayRef) -> Result<Int64Array, Unformed> {
    let values = cast_with_options(values, &DataType::Int64, &CastOptions::default())?;
    values.as_primitive_opt::<Int64Type>().cloned().ok_or(wrong_type().into())
}

/// The day of each timestamp, in UTC where it has a time zone.
pub(super) fn dates(values: &ArrayRef) -> Result<Date32Array, Unformed> {
    let day = match values.data_type() {
        DataType::Timestamp(TimeUnit::Nanosecond, _) => DAY_MICROSECONDS * 1_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => DAY_MICROSECONDS,
        _ => return Err(wrong_type().into()),
    };
    let date = |value: i64| i32::try_from(value.div_euclid(day)).map_err(|_| Unformed::TooWide);
    ticks(values)?.iter().map(|value| value.map(date).transpose()).collect()
}

/// `YYYY-MM-DDTHH:MM:SS`, with six or nine decimals where they are not zero, and `Z` where there is a time zone.
pub(super) fn instant_texts(values: &ArrayRef, zoned: bool) -> Result<StringArray, Unformed> {
    let values = values.as_primitive_opt::<Decimal128Type>().ok_or(wrong_type())?;
    let text = |nanoseconds: i128| {
        let microseconds = i64::try_from(nanoseconds.div_euclid(NANOSECONDS_A_MICROSECOND));
        let microseconds = TimestampMicrosecondArray::from(vec![microseconds.map_err(|_| Unformed::TooWide)?]);
        let mut text = cell_text(&microseconds, 0).map_err(Unformed::Table)?.unwrap_or_default();
        let rest = nanoseconds.rem_euclid(NANOSECONDS_A_MICROSECOND);
        if rest != 0 {
            let zeros = if text.contains('.') { "" } else { ".000000" };
            text = format!("{text}{zeros}{rest:03}");
        }
        Ok(if zoned { text + "Z" } else { text })
    };
    values.iter().map(|value| value.map(text).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(unit: TimeUnit, before: u32, after: u32) -> MomentRule {
        let form = PairForm::Timestamp { units: [TimeUnit::Microsecond, unit], zoned: false };
        MomentRule::new(&form, Some(DayTolerance { before, after }))
    }

    #[test]
    fn days_are_tolerated_up_to_and_including_the_last_instant() {
        use Difference::{Beyond, None, Tolerated};
        let day = DAY_MICROSECONDS;
        let rule = rule(TimeUnit::Microsecond, 1, 3);
        for (left, right, expected) in [
            (0, 0, None),
            (0, 3 * day, Tolerated),
            (0, 3 * day + 1, Beyond),
            (0, -day, Tolerated),
            (0, -day - 1, Beyond),
            (5 * day, 4 * day, Tolerated),
        ] {
            assert_eq!(rule.difference(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn moments_of_two_units_compare_by_instant() {
        let rule = rule(TimeUnit::Nanosecond, 0, 1);
        assert_eq!(rule.difference(5, 5_000), Difference::None);
        assert_eq!(rule.difference(5, 5_001), Difference::Tolerated);
        assert_eq!(rule.difference(5, 4_999), Difference::Beyond);
        assert_eq!(rule.difference(i64::MAX, i64::MIN), Difference::Beyond);
    }

    #[test]
    fn a_day_that_has_begun_counts_as_a_whole_one() {
        let rule = rule(TimeUnit::Microsecond, 9, 9);
        let day = DAY_MICROSECONDS;
        for (right, days) in [(0, 0), (1, 1), (day, 1), (day + 1, 2), (-day, 1), (-day - 1, 2)] {
            assert_eq!(rule.days_begun(0, right), days);
        }
    }
}
