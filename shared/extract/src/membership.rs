//! Whether a line's header is in the population: lines follow their header.
//!
//! Keys are compared by value in Arrow's row format; a null in the key never equals anything.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use arrow::row::{RowConverter, SortField};

use crate::ExtractError;

/// Where a header was found.
type Place = u8;

/// The header is in the population.
const POPULATION: Place = 0;

#[expect(clippy::disallowed_types, reason = "only looked up by key, never iterated, so its order reaches no output")]
type Places = std::collections::HashMap<Box<[u8]>, Place>;

/// Collects the keys of a header data set: its population first, then what was excluded from it.
#[derive(Debug)]
pub struct MembershipBuilder {
    columns: Vec<String>,
    converter: RowConverter,
    places: Places,
    reasons: Vec<String>,
}

impl MembershipBuilder {
    /// A builder over the columns `on` of the header data set's `schema`.
    pub fn new(schema: &Schema, on: &[String]) -> Result<Self, ExtractError> {
        let fields = on
            .iter()
            .map(|name| match schema.field_with_name(name) {
                Ok(field) => Ok(SortField::new(field.data_type().clone())),
                Err(_) => Err(ExtractError::ColumnAbsent { column: name.clone() }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            columns: on.to_vec(),
            converter: RowConverter::new(fields)?,
            places: Places::default(),
            reasons: vec![String::new()],
        })
    }

    /// Adds headers of the population.
    pub fn add_population(&mut self, batch: &RecordBatch) -> Result<(), ExtractError> {
        self.add(batch, POPULATION)
    }

    /// Adds headers that were excluded for `reason`; a key that is also in the population stays there.
    pub fn add_excluded(&mut self, batch: &RecordBatch, reason: &str) -> Result<(), ExtractError> {
        let place = self.reasons.iter().position(|known| known == reason).unwrap_or_else(|| {
            self.reasons.push(reason.to_owned());
            self.reasons.len() - 1
        });
        // More than 255 reasons do not occur: there is one a rule, and one more a level of headers.
        self.add(batch, Place::try_from(place).unwrap_or(Place::MAX))
    }

    fn add(&mut self, batch: &RecordBatch, place: Place) -> Result<(), ExtractError> {
        let rows = self.converter.convert_columns(&columns_of(batch, &self.columns)?)?;
        for row in &rows {
            self.places.entry(row.as_ref().into()).or_insert(place);
        }
        Ok(())
    }

    /// The finished membership; a row without a header is kept out as `without_header`.
    #[must_use]
    pub fn finish(self, without_header: &str) -> Membership {
        Membership {
            columns: self.columns,
            converter: self.converter,
            places: self.places,
            reasons: self.reasons,
            without_header: without_header.to_owned(),
        }
    }
}

/// The keys of a header data set and where each was found.
#[derive(Debug)]
pub struct Membership {
    columns: Vec<String>,
    converter: RowConverter,
    places: Places,
    reasons: Vec<String>,
    without_header: String,
}

impl Membership {
    /// Fills in the reason of every row that has none yet and whose header is not in the population.
    pub(crate) fn judge<'a>(
        &'a self,
        batch: &RecordBatch,
        reasons: &mut [Option<&'a str>],
    ) -> Result<(), ExtractError> {
        let columns = columns_of(batch, &self.columns)?;
        let rows = self.converter.convert_columns(&columns)?;
        for (index, (row, reason)) in rows.iter().zip(reasons.iter_mut()).enumerate() {
            let has_null = columns.iter().any(|column| column.is_null(index));
            let place = if has_null { None } else { self.places.get(row.as_ref()) };
            if reason.is_none() {
                *reason = match place {
                    Some(&POPULATION) => None,
                    Some(&place) => self.reasons.get(usize::from(place)).map(String::as_str),
                    None => Some(&self.without_header),
                };
            }
        }
        Ok(())
    }
}

fn columns_of(batch: &RecordBatch, names: &[String]) -> Result<Vec<ArrayRef>, ExtractError> {
    names
        .iter()
        .map(|name| {
            batch.column_by_name(name).cloned().ok_or_else(|| ExtractError::ColumnAbsent { column: name.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ScopeFilter;
    use arrow::array::Int64Array;
    use arrow::datatypes::{DataType, Field};
    use std::sync::Arc;
    use tieout_catalog::Scope;
    use tieout_model::Parameters;

    fn orders(ids: Vec<Option<i64>>) -> RecordBatch {
        let schema = Schema::new(vec![Field::new("order_id", DataType::Int64, true)]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(ids))]).unwrap()
    }

    #[test]
    fn lines_follow_their_header() {
        let on = ["order_id".to_owned()];
        let headers = orders(vec![Some(1), Some(2)]);
        let mut builder = MembershipBuilder::new(&headers.schema(), &on).unwrap();
        builder.add_population(&headers).unwrap();
        builder.add_excluded(&orders(vec![Some(3)]), "after_cutoff").unwrap();
        let membership = builder.finish("not_in_orders");
        let lines = orders(vec![Some(1), Some(3), Some(9), None, Some(2)]);
        let cutoff = "2024-01-31".parse().unwrap();
        let filter =
            ScopeFilter::new(&Scope::default(), &lines.schema(), cutoff, &Parameters::new(), Some(membership)).unwrap();
        let split = filter.split(&lines).unwrap();
        assert_eq!(split.population, orders(vec![Some(1), Some(2)]));
        assert_eq!(split.excluded["after_cutoff"], orders(vec![Some(3)]));
        assert_eq!(split.excluded["not_in_orders"], orders(vec![Some(9), None]));
    }
}
