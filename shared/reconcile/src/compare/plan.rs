//! What is compared with what, resolved against the columns of both sides.
//!
//! A plan that exists can be carried out: every name, type and tolerance was checked when it was made.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::new_null_array;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tieout_model::{ColumnNames, ComparedColumn, Decimal, Duplicates, Normalisation, Side, WhatIfColumn};
use tieout_tables::cell_text;

use super::form::PairForm;
use super::key::SortedPair;
use super::number::{NumberRule, whole_units};
use super::pair::{ColumnPair, PairRole};
use super::side::{SidePlan, check_columns, sorted_pairs};
use super::spec::{ComparisonSpec, SideSchema, SumDifference};
use super::value::ValuePair;
use crate::ReconcileError;
use crate::error::misfit;

/// A comparison that can be carried out.
#[derive(Debug)]
pub struct ComparisonPlan {
    pub(super) id: String,
    pub(super) left: SidePlan,
    pub(super) right: SidePlan,
    pub(super) key: Vec<SortedPair>,
    /// Places in the key of the columns with a normalisation.
    normalised: Vec<usize>,
    pub(super) values: Vec<ValuePair>,
    pub(super) duplicates: DuplicatesPlan,
    pub(super) what_if: Vec<WhatIfPlan>,
    pub(super) difference: Option<DifferencePlan>,
    schema: SchemaRef,
}

/// What happens with a key that is more than once on a side.
#[derive(Debug)]
pub(super) enum DuplicatesPlan {
    List,
    /// The columns in whose order rows are paired.
    Pair(Vec<SortedPair>),
    Sum(Box<SumPlan>),
}

/// The amount column whose sums are compared.
#[derive(Debug)]
pub(super) struct SumPlan {
    pub(super) pair: ColumnPair,
    pub(super) rule: NumberRule,
    /// Its place among the amounts of the left and of the right side, if it is an amount there.
    pub(super) amounts: Option<(usize, usize)>,
}

/// A compared column and the tolerances to try, each with its whole units.
#[derive(Debug)]
pub(super) struct WhatIfPlan {
    /// The place among the compared columns.
    pub(super) value: usize,
    pub(super) scale: u8,
    pub(super) tolerances: Vec<(Decimal, arrow::datatypes::i256)>,
}

/// Which differences are added up.
#[derive(Debug)]
pub(super) struct DifferencePlan {
    /// The place of the amount among the compared columns.
    pub(super) value: usize,
    pub(super) scale: u8,
    pub(super) by: Vec<ByColumn>,
}

/// A column by whose values differences are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByColumn {
    /// The place in the key.
    Key(usize),
    /// The place among the compared columns.
    Value(usize),
}

impl ComparisonPlan {
    /// Resolves a comparison.
    ///
    /// Columns pair by value: text with text, numbers (integers and decimals) with numbers, binary floats with binary
    /// floats, dates with dates, times with times, bytes with bytes, booleans with booleans, and timestamps with
    /// timestamps, when both or neither have a time zone; with the normalisation `date` also dates with timestamps.
    /// Errors (all `Plan`): an unknown column, a pair that does not compare, a normalisation or tolerance that does
    /// not apply to its column, no key, a left column that is compared twice, an order, sum, what-if or difference
    /// over a column that cannot have it, names that would collide in the exceptions table.
    pub fn new(spec: ComparisonSpec, left: SideSchema, right: SideSchema) -> Result<Self, ReconcileError> {
        if spec.key.is_empty() {
            return Err(misfit("there is no key", "name the columns that identify a row on both sides"));
        }
        check_columns(&left)?;
        check_columns(&right)?;
        let pair = |names, normalisation, role| ColumnPair::new(&left, &right, names, normalisation, role);
        let keys = spec.key.iter().map(|column| pair(&column.names, &column.normalisation, PairRole::Key));
        let mut sorted_by = keys.collect::<Result<Vec<_>, _>>()?;
        let in_key = |side: Side| {
            let shown = sorted_by.iter().zip(&spec.key).filter(|(_, column)| column.normalisation.is_empty());
            shown.map(|(pair, _)| pair.index(side)).collect::<BTreeSet<usize>>()
        };
        let normalised = spec.key.iter().enumerate().filter(|(_, column)| !column.normalisation.is_empty());
        let normalised = normalised.map(|(place, _)| place).collect();
        let (left_key, right_key) = (in_key(Side::Left), in_key(Side::Right));
        let values = compared(&spec.columns, &left, &right)?;
        if let Duplicates::Pair(order) = &spec.duplicates {
            sorted_by.extend(order_pairs(order, &spec.columns, &left, &right)?);
        }
        let what_if = spec.what_if.iter().map(|what_if| what_if_plan(what_if, &values)).collect::<Result<_, _>>()?;
        let keys = sorted_by.get(..spec.key.len()).unwrap_or_default();
        let difference = spec.sum_difference.as_ref().map(|sum| difference_plan(sum, keys, &values)).transpose()?;
        let sum = match &spec.duplicates {
            Duplicates::Sum(names) => Some(sum_plan(names, &spec.columns, &left, &right)?),
            Duplicates::List | Duplicates::Pair(_) => None,
        };
        let left = SidePlan::new(Side::Left, left, &sorted_by, &left_key)?;
        let right = SidePlan::new(Side::Right, right, &sorted_by, &right_key)?;
        let mut key = sorted_pairs(sorted_by, &left, &right);
        let order = key.split_off(spec.key.len());
        let duplicates = match (&spec.duplicates, sum) {
            (_, Some(sum)) => DuplicatesPlan::Sum(Box::new(sum)),
            (Duplicates::Pair(_), None) => DuplicatesPlan::Pair(order),
            _ => DuplicatesPlan::List,
        };
        let schema = exceptions_schema([&left, &right], &key)?;
        Ok(Self { id: spec.id, left, right, key, normalised, values, duplicates, what_if, difference, schema })
    }

    /// The columns of the exceptions table: `class`, the key under its left names, `left_<column>` and
    /// `right_<column>` for every other column of either side, and `diff_columns`.
    ///
    /// `diff_columns` lists the compared columns that differ at all, within tolerance or beyond, in declared order
    /// and separated by commas; it is null where nothing was compared. A key column with a normalisation is shown in
    /// its common form, and as it is written among the columns of each side. A key of two numeric types is a decimal
    /// that holds both, or text where more than 38 digits would be needed; a key of timestamps in two units is text.
    pub fn exceptions_schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The key columns with a normalisation.
    pub(super) fn normalised(&self) -> impl Iterator<Item = &ColumnPair> {
        self.normalised.iter().filter_map(|&place| self.key.get(place)).map(|key| &key.pair)
    }

    pub(super) fn side(&self, side: Side) -> &SidePlan {
        if side == Side::Left { &self.left } else { &self.right }
    }
}

fn compared(
    columns: &[ComparedColumn],
    left: &SideSchema,
    right: &SideSchema,
) -> Result<Vec<ValuePair>, ReconcileError> {
    let mut names = BTreeSet::new();
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        if !names.insert(&column.names.left) {
            let problem = format!("column '{}' of '{}' is compared twice", column.names.left, left.name);
            return Err(misfit(problem, "compare each column of the left side once"));
        }
        values.push(ValuePair::new(left, right, column)?);
    }
    Ok(values)
}

/// The columns of a declared order, in the form in which they are compared if they are compared.
fn order_pairs(
    order: &[ColumnNames],
    columns: &[ComparedColumn],
    left: &SideSchema,
    right: &SideSchema,
) -> Result<Vec<ColumnPair>, ReconcileError> {
    if order.is_empty() {
        return Err(misfit("duplicates are paired, but in no order", "name the columns that give their order"));
    }
    let exact = Normalisation::default();
    let pair = |names: &ColumnNames| {
        let compared = columns.iter().find(|column| column.names == *names);
        let normalisation = compared.map_or(&exact, |column| &column.normalisation);
        ColumnPair::new(left, right, names, normalisation, PairRole::Order)
    };
    order.iter().map(pair).collect()
}

fn sum_plan(
    names: &ColumnNames,
    columns: &[ComparedColumn],
    left: &SideSchema,
    right: &SideSchema,
) -> Result<SumPlan, ReconcileError> {
    let pair = ColumnPair::new(left, right, names, &Normalisation::default(), PairRole::Summed)?;
    let PairForm::Number { scales, .. } = pair.form else {
        let problem = format!("the sums of column '{}' are to be compared, but it is not numeric", pair.name);
        return Err(misfit(problem, "name a decimal or integer column"));
    };
    let tolerance = columns.iter().find(|column| column.names == *names).map(|column| column.tolerance);
    let rule = NumberRule::new(scales, &tolerance.unwrap_or_default());
    let amount = |side: &SideSchema, name: &str| side.amounts.iter().position(|amount| amount.column == name);
    let amounts = match (amount(left, &names.left), amount(right, &names.right)) {
        (Some(left), Some(right)) => Some((left, right)),
        (None, None) => None,
        _ => {
            let problem =
                format!("the sums of column '{}' are to be compared, but one side has no currency", pair.name);
            return Err(misfit(problem, "declare the column as an amount with its currency on both sides"));
        }
    };
    Ok(SumPlan { pair, rule, amounts })
}

fn what_if_plan(what_if: &WhatIfColumn, values: &[ValuePair]) -> Result<WhatIfPlan, ReconcileError> {
    let (value, rule) = numeric(&what_if.column, values, "what if")?;
    if what_if.tolerances.iter().any(|tolerance| tolerance.is_negative()) {
        let problem = format!("a tolerance to try for column '{}' is below zero", what_if.column);
        return Err(misfit(problem, "set a tolerance of zero or more"));
    }
    let tolerances = what_if.tolerances.iter().map(|tolerance| (*tolerance, whole_units(*tolerance, rule.scale)));
    Ok(WhatIfPlan { value, scale: rule.scale, tolerances: tolerances.collect() })
}

fn difference_plan(
    sum: &SumDifference,
    keys: &[ColumnPair],
    values: &[ValuePair],
) -> Result<DifferencePlan, ReconcileError> {
    let (value, rule) = numeric(&sum.amount, values, "the sum of differences")?;
    let place = |name: &String| {
        let in_key = keys.iter().enumerate().find(|(_, pair)| pair.name == *name);
        let compared = || values.iter().enumerate().find(|(_, value)| value.pair.name == *name);
        in_key
            .map(|(place, pair)| (ByColumn::Key(place), pair))
            .or_else(|| compared().map(|(place, value)| (ByColumn::Value(place), &value.pair)))
    };
    let mut by = Vec::with_capacity(sum.by.len());
    for name in &sum.by {
        let Some((column, pair)) = place(name) else {
            let problem = format!("differences are summed by column '{name}', which is no key and not compared");
            return Err(misfit(problem, "name left columns of the key or of the comparison"));
        };
        if cell_text(&new_null_array(&pair.form.shown_type(), 1), 0).is_err() {
            let problem = format!("differences are summed by column '{name}', whose type has no text");
            return Err(misfit(problem, "cast it to text, integer, decimal, boolean, date or timestamp"));
        }
        by.push(column);
    }
    Ok(DifferencePlan { value, scale: rule.scale, by })
}

/// The place and rule of a compared numeric column.
fn numeric<'a>(name: &str, values: &'a [ValuePair], what: &str) -> Result<(usize, &'a NumberRule), ReconcileError> {
    let found = values.iter().enumerate().find(|(_, value)| value.pair.name == name);
    let rule = found.and_then(|(place, value)| Some((place, value.number_rule()?)));
    rule.ok_or_else(|| {
        let problem = format!("{what} needs column '{name}', which is not compared as a number");
        misfit(problem, "name the left column of a compared pair of decimals or integers")
    })
}

fn exceptions_schema(sides: [&SidePlan; 2], key: &[SortedPair]) -> Result<SchemaRef, ReconcileError> {
    let mut fields = vec![Field::new("class", DataType::Utf8, false)];
    fields.extend(key.iter().map(|key| Field::new(&key.pair.name, key.pair.form.shown_type(), true)));
    for (prefix, side) in ["left", "right"].into_iter().zip(sides) {
        fields.extend(side.rest.iter().map(|&index| {
            let field = side.schema.field(index);
            Field::new(format!("{prefix}_{}", field.name()), field.data_type().clone(), true)
        }));
    }
    fields.push(Field::new("diff_columns", DataType::Utf8, true));
    let mut names = BTreeSet::new();
    if let Some(field) = fields.iter().find(|field| !names.insert(field.name().clone())) {
        let problem = format!("two columns of the exceptions table would be called '{}'", field.name());
        return Err(misfit(problem, "give one of the compared data sets' columns another name"));
    }
    Ok(Arc::new(Schema::new(fields)))
}

#[cfg(test)]
mod tests;
