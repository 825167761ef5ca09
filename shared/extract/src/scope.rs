//! Splits a batch into the rows of the population and the rows kept out, by reason.
//!
//! The windows are half-open: a row belongs when `start <= t < day after the cutoff date`. A row that fails several
//! rules is counted once, for the first of: not selected, after cutoff, before period, its header's reason.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Date32Type, Schema, TimestampMicrosecondType};
use jiff::civil::Date;
use tieout_catalog::{Scope, Selected};
use tieout_model::{AFTER_CUTOFF, BEFORE_PERIOD, CutoffDate, Parameter, Parameters, fold_text};

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
    selected: Vec<Selection>,
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
        parameters: &Parameters,
        membership: Option<Membership>,
    ) -> Result<Self, ExtractError> {
        let selected = scope.selected.iter().map(|selected| Selection::new(selected, schema, parameters));
        let selected = selected.collect::<Result<_, _>>()?;
        let window = match &scope.cutoff_column {
            None => None,
            Some(column) => {
                let (index, field) = schema
                    .column_with_name(column)
                    .ok_or_else(|| ExtractError::ColumnAbsent { column: column.clone() })?;
                if !matches!(field.data_type(), DataType::Date32 | DataType::Timestamp(_, None)) {
                    return Err(ExtractError::NotADate { column: column.clone() });
                }
                let from = scope.since.map(|since| since.on(cutoff));
                Some(Window { column: column.clone(), index, from: from.map(days), until: days(cutoff.end().date()) })
            }
        };
        Ok(Self { selected, window, membership })
    }

    /// Splits a batch; every row is in exactly one part.
    pub fn split(&self, batch: &RecordBatch) -> Result<Split, ExtractError> {
        let mut reasons: Vec<Option<&str>> = vec![None; batch.num_rows()];
        for selection in &self.selected {
            selection.judge(batch, &mut reasons)?;
        }
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
            if reasons[row].is_some() {
                // It is kept out already, for a reason that comes first.
            } else if day >= i64::from(self.until) {
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

/// The texts of a column that belong.
#[derive(Debug)]
struct Selection {
    column: String,
    index: usize,
    /// Texts without spaces around them, in upper case.
    values: BTreeSet<String>,
    reason: String,
}

impl Selection {
    fn new(selected: &Selected, schema: &Schema, parameters: &Parameters) -> Result<Self, ExtractError> {
        let column = selected.column.clone();
        let absent = || ExtractError::ColumnAbsent { column: column.clone() };
        let (index, _) = schema.column_with_name(&selected.column).ok_or_else(absent)?;
        let Some(Parameter::List(values)) = parameters.get(&selected.parameter) else {
            return Err(ExtractError::NotAList { parameter: selected.parameter.clone() });
        };
        let values = values.iter().map(|value| fold_text(value)).collect();
        Ok(Self { column, index, values, reason: selected.reason.clone() })
    }

    fn judge<'a>(&'a self, batch: &RecordBatch, reasons: &mut [Option<&'a str>]) -> Result<(), ExtractError> {
        let column = batch.column(self.index);
        if column.null_count() > 0 {
            return Err(ExtractError::NullSelected { column: self.column.clone(), rows: column.null_count() });
        }
        let absent = || ExtractError::ColumnAbsent { column: self.column.clone() };
        let texts = column.as_string_opt::<i32>().ok_or_else(absent)?;
        // Rows of one company mostly stand together, so the last answer is nearly always the next one too.
        let mut last: Option<(&str, bool)> = None;
        for (text, reason) in texts.iter().flatten().zip(reasons) {
            let belongs = match last {
                Some((known, belongs)) if known == text => belongs,
                _ => self.values.contains(&fold_text(text)),
            };
            last = Some((text, belongs));
            if !belongs && reason.is_none() {
                *reason = Some(&self.reason);
            }
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
    use arrow::array::{Date32Array, StringArray, TimestampMicrosecondArray};
    use arrow::datatypes::{Field, TimeUnit};
    use std::sync::Arc;
    use tieout_catalog::PeriodStart;

    fn cutoff() -> CutoffDate {
        "2024-01-31".parse().unwrap()
    }

    fn scope() -> Scope {
        Scope { cutoff_column: Some("at".to_owned()), since: Some(PeriodStart::MonthStart), ..Scope::default() }
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
        let split =
            ScopeFilter::new(&scope(), &schema, cutoff(), &Parameters::new(), None).unwrap().split(&batch).unwrap();
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
        let filter = ScopeFilter::new(&scope(), &schema, cutoff(), &Parameters::new(), None).unwrap();
        assert!(matches!(filter.split(&batch), Err(ExtractError::NullDate { rows: 1, .. })));
    }

    #[test]
    fn a_row_that_is_not_selected_is_counted_for_that_and_not_for_its_date() {
        let selected = Selected {
            column: "company".to_owned(),
            parameter: "companies".to_owned(),
            reason: "company_not_selected".to_owned(),
        };
        let scope = Scope { selected: vec![selected], since: Some(PeriodStart::CutoffDate), ..scope() };
        let companies = Parameter::List(vec!["EC_NG".to_owned()]);
        let parameters = Parameters::from([("companies".to_owned(), companies)]);
        let schema = Arc::new(Schema::new(vec![
            Field::new("company", DataType::Utf8, true),
            Field::new("at", DataType::Date32, false),
        ]));
        let batch = |companies: Vec<Option<&str>>, days: Vec<i32>| {
            let columns: Vec<arrow::array::ArrayRef> =
                vec![Arc::new(StringArray::from(companies)), Arc::new(Date32Array::from(days))];
            RecordBatch::try_new(Arc::clone(&schema), columns).unwrap()
        };
        let filter = ScopeFilter::new(&scope, &schema, cutoff(), &parameters, None).unwrap();
        let rows =
            batch(vec![Some(" ec_ng "), Some("EC_NG"), Some("JM_EG"), Some("EC_NG")], vec![19753, 19754, 19754, 19752]);
        let split = filter.split(&rows).unwrap();
        assert_eq!(split.population.num_rows(), 1);
        let counts: Vec<_> = split.excluded.iter().map(|(reason, rows)| (reason.as_str(), rows.num_rows())).collect();
        assert_eq!(counts, [(AFTER_CUTOFF, 1), (BEFORE_PERIOD, 1), ("company_not_selected", 1)]);
        let error = filter.split(&batch(vec![None], vec![19753])).unwrap_err();
        assert!(matches!(error, ExtractError::NullSelected { rows: 1, .. }));
    }
}
