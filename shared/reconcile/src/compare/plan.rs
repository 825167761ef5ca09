//! What is compared with what, resolved against the columns of both sides.
//!
//! A plan that exists can be carried out: every name, type and tolerance was checked when it was made.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tieout_model::{AmountColumn, Decimal, Side};
use tieout_tables::column_type;

use super::key::KeyPair;
use super::value::ValuePair;
use crate::ReconcileError;
use crate::amount::{AmountPlan, position};
use crate::error::misfit;

/// A side of a comparison: a data set with its columns and amount columns.
#[derive(Debug, Clone)]
pub struct SideSchema {
    /// Name of the data set.
    pub name: String,
    /// Its columns, of house types only.
    pub schema: SchemaRef,
    /// Its amount columns, summed by class.
    pub amounts: Vec<AmountColumn>,
}

/// A compared pair of columns. A difference `d` is tolerated when `|d| <= absolute` or `|d| <= relative × |right|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedColumn {
    /// Column of the left side; also the name under which differences are reported.
    pub left: String,
    /// Column of the right side.
    pub right: String,
    /// Largest tolerated absolute difference; numeric columns only.
    pub absolute: Option<Decimal>,
    /// Largest tolerated difference as a fraction of the right side; numeric columns only.
    pub relative: Option<Decimal>,
}

/// A comparison that can be carried out.
#[derive(Debug)]
pub struct ComparisonPlan {
    pub(super) id: String,
    pub(super) sides: [SidePlan; 2],
    pub(super) key: Vec<KeyPair>,
    pub(super) values: Vec<ValuePair>,
    schema: SchemaRef,
}

/// A side resolved: what the merge reads from its batches.
#[derive(Debug)]
pub(super) struct SidePlan {
    pub(super) name: String,
    pub(super) schema: SchemaRef,
    pub(super) amounts: Vec<AmountPlan>,
    /// Positions of the columns that are not in the key.
    pub(super) rest: Vec<usize>,
}

impl ComparisonPlan {
    /// Resolves a comparison.
    ///
    /// Key columns pair text with text, numbers with numbers (integer or decimal, compared by value), date with date,
    /// timestamp with timestamp, boolean with boolean; compared columns likewise. Errors (all `Plan`): an unknown
    /// column, a pair of other types, no key, a tolerance on what is not a number or below zero, a left column that
    /// is compared twice, names that would collide in the exceptions table.
    pub fn new(
        id: &str,
        left: SideSchema,
        right: SideSchema,
        key: &[(String, String)],
        columns: &[ComparedColumn],
    ) -> Result<Self, ReconcileError> {
        if key.is_empty() {
            return Err(misfit("there is no key", "name the columns that identify a row on both sides"));
        }
        let pairs = key.iter().map(|(left_name, right_name)| KeyPair::new(&left, left_name, &right, right_name));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let mut names = BTreeSet::new();
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            if !names.insert(&column.left) {
                let problem = format!("column '{}' of '{}' is compared twice", column.left, left.name);
                return Err(misfit(problem, "compare each column of the left side once"));
            }
            values.push(ValuePair::new(&left, &right, column)?);
        }
        let sides = [
            SidePlan::new(left, &pairs.iter().map(|pair| pair.left).collect())?,
            SidePlan::new(right, &pairs.iter().map(|pair| pair.right).collect())?,
        ];
        let schema = exceptions_schema(&sides, &pairs)?;
        Ok(Self { id: id.to_owned(), sides, key: pairs, values, schema })
    }

    /// The columns of the exceptions table: `class`, the key under its left names, `left_<column>` and
    /// `right_<column>` for every other column of either side, and `diff_columns`.
    ///
    /// `diff_columns` lists the compared columns that differ at all, within tolerance or beyond, in declared order
    /// and separated by commas; it is null where nothing was compared. A key of two numeric types is a decimal that
    /// holds both, or text where more than 38 digits would be needed.
    pub fn exceptions_schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn side(&self, side: Side) -> &SidePlan {
        let [left, right] = &self.sides;
        if side == Side::Left { left } else { right }
    }
}

impl SidePlan {
    fn new(side: SideSchema, key: &BTreeSet<usize>) -> Result<Self, ReconcileError> {
        if let Some(field) = side.schema.fields().iter().find(|field| column_type(field.data_type()).is_none()) {
            let problem = format!("column '{}' of '{}' has type {}", field.name(), side.name, field.data_type());
            return Err(misfit(problem, "cast it to text, integer, decimal, boolean, date or timestamp"));
        }
        let amounts = side.amounts.iter().map(|amount| AmountPlan::new(&side.schema, amount, &side.name));
        Ok(Self {
            amounts: amounts.collect::<Result<_, _>>()?,
            rest: (0..side.schema.fields().len()).filter(|index| !key.contains(index)).collect(),
            name: side.name,
            schema: side.schema,
        })
    }
}

/// The position and type of a column of a side.
pub(super) fn column<'a>(side: &'a SideSchema, name: &str) -> Result<(usize, &'a DataType), ReconcileError> {
    let index = position(&side.schema, name, &side.name)?;
    Ok((index, side.schema.field(index).data_type()))
}

fn exceptions_schema(sides: &[SidePlan; 2], key: &[KeyPair]) -> Result<SchemaRef, ReconcileError> {
    let mut fields = vec![Field::new("class", DataType::Utf8, false)];
    fields.extend(key.iter().map(|pair| Field::new(&pair.name, pair.shown.clone(), true)));
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
mod tests {
    use super::*;

    fn side(name: &str, fields: &[(&str, DataType)]) -> SideSchema {
        let fields: Vec<Field> =
            fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect();
        SideSchema { name: name.into(), schema: Arc::new(Schema::new(fields)), amounts: Vec::new() }
    }

    fn compared(left: &str, right: &str, absolute: Option<&str>) -> ComparedColumn {
        let absolute = absolute.map(|text| text.parse().unwrap());
        ComparedColumn { left: left.into(), right: right.into(), absolute, relative: None }
    }

    fn plan(key: (&str, &str), columns: &[ComparedColumn]) -> Result<ComparisonPlan, ReconcileError> {
        let left = [
            ("id", DataType::Int64),
            ("amount", DataType::Decimal128(18, 2)),
            ("note", DataType::Utf8),
            ("class", DataType::Utf8),
            ("day", DataType::Date32),
        ];
        let right = [
            ("nr", DataType::Decimal128(10, 0)),
            ("wide", DataType::Decimal128(38, 30)),
            ("amount", DataType::Decimal128(18, 4)),
            ("memo", DataType::Utf8),
        ];
        let key = [(key.0.to_owned(), key.1.to_owned())];
        ComparisonPlan::new("c", side("statement", &left), side("ledger", &right), &key, columns)
    }

    fn problem(result: Result<ComparisonPlan, ReconcileError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn the_exceptions_table_has_the_key_both_sides_and_what_differs() {
        let plan = plan(("id", "nr"), &[compared("amount", "amount", Some("0.01"))]).unwrap();
        let names: Vec<String> = plan
            .exceptions_schema()
            .fields()
            .iter()
            .map(|field| format!("{} {}", field.name(), field.data_type()))
            .collect();
        assert_eq!(
            names,
            [
                "class Utf8",
                "id Decimal128(19, 0)",
                "left_amount Decimal128(18, 2)",
                "left_note Utf8",
                "left_class Utf8",
                "left_day Date32",
                "right_wide Decimal128(38, 30)",
                "right_amount Decimal128(18, 4)",
                "right_memo Utf8",
                "diff_columns Utf8",
            ]
        );
    }

    #[test]
    fn a_numeric_key_beyond_38_digits_is_shown_as_text() {
        let plan = plan(("id", "wide"), &[]).unwrap();
        assert_eq!(plan.exceptions_schema().field(1).data_type(), &DataType::Utf8);
    }

    #[test]
    fn what_cannot_be_carried_out_is_refused_with_its_place() {
        for (result, expected) in [
            (plan(("idd", "nr"), &[]), "'statement' has no column 'idd'"),
            (
                plan(("note", "nr"), &[]),
                "key column 'note' of 'statement' is text, but 'nr' of 'ledger' is decimal(10,0)",
            ),
            (
                plan(("id", "nr"), &[compared("day", "memo", None)]),
                "column 'day' of 'statement' is date, but 'memo' of 'ledger' is text",
            ),
            (plan(("id", "nr"), &[compared("note", "memo", Some("1"))]), "column 'note' has a tolerance, but is text"),
            (
                plan(("id", "nr"), &[compared("amount", "amount", Some("-1"))]),
                "the tolerance of column 'amount' is below zero",
            ),
            (
                plan(("id", "nr"), &[compared("note", "memo", None), compared("note", "memo", None)]),
                "column 'note' of 'statement' is compared twice",
            ),
            (plan(("class", "memo"), &[]), "two columns of the exceptions table would be called 'class'"),
        ] {
            assert_eq!(problem(result), expected);
        }
        let floats = side("statement", &[("id", DataType::Int64), ("rate", DataType::Float64)]);
        let key = [("id".to_owned(), "id".to_owned())];
        let result = ComparisonPlan::new("c", floats.clone(), floats, &key, &[]);
        assert_eq!(problem(result), "column 'rate' of 'statement' has type Float64");
        let empty = ComparisonPlan::new("c", side("a", &[]), side("b", &[]), &[], &[]);
        assert_eq!(problem(empty), "there is no key");
    }
}
