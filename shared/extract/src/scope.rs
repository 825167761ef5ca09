//! Splits a batch into the rows of the population and the rows kept out, by reason.
//!
//! The windows are half-open: a row belongs when `start <= t < day after the cutoff date`. A row that fails several
//! rules is counted once, for the first of: after cutoff, before period, its header's reason.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Date32Type, Schema, TimestampMicrosecondType};
use jiff::civil::Date;
use tieout_catalog::{PeriodStart, Scope};
use tieout_model::{AFTER_CUTOFF, BEFORE_PERIOD, CutoffDate};

use crate::{ExtractError, Membership};

/// The parts of a batch.
#[derive(Debug)]
pub struct Split {
    /// Rows of the population, in their order.
    pub population: RecordBatch,
    /// Rows kept out, by reason.
    pub excluded: BTreeMap<String, RecordBatch>,
}

/// Decides for every row whether it belongs to the population.
#[derive(Debug)]
pub struct ScopeFilter {
    window: Option<Window>,
    membership: Option<Membership>,
}

/// A half-open range of days on one column.
#[derive(Debug)]
struct Window {
    column: String,
    index: usize,
    /// Days since 1970-01-01.
    from: Option<i32>,
    /// First day that no longer belongs.
    until: i32,
}

impl ScopeFilter {
    /// A filter for rows of `schema`; `membership` is needed exactly when the scope says `within`.
    pub fn new(
        scope: &Scope,
        schema: &Schema,
        cutoff: CutoffDate,
        membership: Option<Membership>,
    ) -> Result<Self, ExtractError> {
        let window = match &scope.cutoff_column {
            None => None,
            Some(column) => {
                let (index, field) = schema
                    .column_with_name(column)
                    .ok_or_else(|| ExtractError::ColumnAbsent { column: column.clone() })?;
                if !matches!(field.data_type(), DataType::Date32 | DataType::Timestamp(_, None)) {
                    return Err(ExtractError::NotADate { column: column.clone() });
                }
                let from = scope.since.map(|since| match since {
                    PeriodStart::MonthStart => cutoff.month_start(),
                    PeriodStart::YearStart => cutoff.year_start(),
                });
                Some(Window { column: column.clone(), index, from: from.map(days), until: days(cutoff.end().date()) })
            }
        };
        Ok(Self { window, membership })
    }

    /// Splits a batch; every row is in exactly one part.
    pub fn split(&self, batch: &RecordBatch) -> Result<Split, ExtractError> {
        let mut reasons: Vec<Option<&str>> = vec![None; batch.num_rows()];
        if let Some(window) = &self.window {
            window.judge(batch, &mut reasons)?;
        }
        if let Some(membership) = &self.membership {
            membership.judge(batch, &mut reasons)?;
        }
        let mut names: Vec<&str> = reasons.iter().flatten().copied().collect();
        if names.is_empty() {
            return Ok(Split { population: batch.clone(), excluded: BTreeMap::new() });
        }
        names.sort_unstable();
        names.dedup();
        let rows_where = |wanted: Option<&str>| {
            let mask: BooleanArray = reasons.iter().map(|reason| Some(*reason == wanted)).collect();
            filter_record_batch(batch, &mask)
        };
        let mut excluded = BTreeMap::new();
        for name in names {
            excluded.insert(name.to_owned(), rows_where(Some(name))?);
        }
        Ok(Split { population: rows_where(None)?, excluded })
    }
}

impl Window {
    fn judge(&self, batch: &RecordBatch, reasons: &mut [Option<&str>]) -> Result<(), ExtractError> {
        let column = batch.column(self.index);
        if column.null_count() > 0 {
            return Err(ExtractError::NullDate { column: self.column.clone(), rows: column.null_count() });
        }
        let mut judge = |row: usize, day: i64| {
            if day >= i64::from(self.until) {
                reasons[row] = Some(AFTER_CUTOFF);
            } else if self.from.is_some_and(|from| day < i64::from(from)) {
                reasons[row] = Some(BEFORE_PERIOD);
            }
        };
        if let Some(dates) = column.as_primitive_opt::<Date32Type>() {
            dates.values().iter().enumerate().for_each(|(row, day)| judge(row, i64::from(*day)));
        } else if let Some(times) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            const MICROSECONDS_A_DAY: i64 = 86_400_000_000;
            let day_of = |time: &i64| time.div_euclid(MICROSECONDS_A_DAY);
            times.values().iter().enumerate().for_each(|(row, time)| judge(row, day_of(time)));
        } else {
            return Err(ExtractError::NotADate { column: self.column.clone() });
        }
        Ok(())
    }
}

/// Days since 1970-01-01, as Arrow's `Date32` counts them.
fn days(date: Date) -> i32 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Date32Array, TimestampMicrosecondArray};
    use arrow::datatypes::{Field, TimeUnit};
    use std::sync::Arc;

    fn cutoff() -> CutoffDate {
        "2024-01-31".parse().unwrap()
    }

    fn scope() -> Scope {
        Scope { cutoff_column: Some("at".to_owned()), since: Some(PeriodStart::MonthStart), within: None }
    }

    #[test]
    fn days_count_from_1970() {
        assert_eq!(days(Date::constant(1970, 1, 2)), 1);
        assert_eq!(days(Date::constant(1969, 12, 31)), -1);
        assert_eq!(days(Date::constant(2024, 2, 1)), 19754);
    }

    #[test]
    fn the_last_microsecond_of_the_cutoff_day_belongs() {
        let end = 19754 * 86_400_000_000_i64;
        let start = 19723 * 86_400_000_000_i64;
        let schema =
            Arc::new(Schema::new(vec![Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, None), false)]));
        let times = TimestampMicrosecondArray::from(vec![end - 1, end, start, start - 1]);
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(times)]).unwrap();
        let split = ScopeFilter::new(&scope(), &schema, cutoff(), None).unwrap().split(&batch).unwrap();
        assert_eq!(split.population.num_rows(), 2);
        assert_eq!(split.excluded[AFTER_CUTOFF].num_rows(), 1);
        assert_eq!(split.excluded[BEFORE_PERIOD].num_rows(), 1);
    }

    #[test]
    fn a_row_without_a_date_is_never_guessed() {
        let schema = Arc::new(Schema::new(vec![Field::new("at", DataType::Date32, true)]));
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Date32Array::from(vec![Some(19_730), None]))])
                .unwrap();
        let filter = ScopeFilter::new(&scope(), &schema, cutoff(), None).unwrap();
        assert!(matches!(filter.split(&batch), Err(ExtractError::NullDate { rows: 1, .. })));
    }
}
