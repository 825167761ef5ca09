//! What is explained with what, resolved against the columns of an exceptions table.
//!
//! A plan that exists can be carried out: every name and type was checked when it was made.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, i256};
use tieout_model::{ColumnNames, MAX_PRECISION, Side};

use super::ExplainSpec;
use super::cell::{factors, scale};
use crate::ReconcileError;
use crate::amount::position;
use crate::error::misfit;

/// How messages call the exceptions table.
pub(super) const EXCEPTIONS: &str = "exceptions";

/// Most digits of Arrow's `Decimal256`.
const WIDE_DIGITS: u8 = 76;

/// Positions in the table of rows that are explained; the columns of the key and the values follow.
pub(super) const GROUP: usize = 0;
/// See [`GROUP`].
pub(super) const ANSWERED: usize = 1;
/// See [`GROUP`].
pub(super) const RIGHT: usize = 2;
const FIRST_KEY: usize = 3;

/// An explanation that can be carried out.
#[derive(Debug)]
pub(super) struct Plan {
    /// The exceptions table.
    pub(super) input: SchemaRef,
    /// Position of the class there.
    pub(super) class: usize,
    /// The key, the compared pairs and, if it is neither, the amount.
    pub(super) columns: Vec<Pair>,
    /// How many of them are the key.
    pub(super) key: usize,
    /// How many of them count when they differ: the key and the compared pairs.
    pub(super) counted: usize,
    /// Which of them is the amount.
    pub(super) amount: Option<Amount>,
    /// The relaxed keys.
    pub(super) relax: Vec<Relaxed>,
    /// The table of rows that are explained: group, answered, right, the key, left values, right values.
    pub(super) rows: SchemaRef,
    /// The explanations table.
    pub(super) output: SchemaRef,
}

/// A column of the key or a pair of values.
#[derive(Debug)]
pub(super) struct Pair {
    /// The name under which a difference is reported.
    pub(super) name: String,
    /// Positions in the exceptions table, by side.
    pub(super) input: [usize; 2],
    /// By what the numbers of each side are multiplied to be comparable.
    pub(super) factors: [i256; 2],
}

/// The amount among the columns of a plan.
#[derive(Debug)]
pub(super) struct Amount {
    /// Its position there.
    pub(super) column: usize,
    /// Its name on the left side.
    pub(super) name: String,
    /// The type of a difference.
    pub(super) difference: DataType,
}

/// A relaxed key.
#[derive(Debug)]
pub(super) struct Relaxed {
    /// Its columns as text.
    pub(super) text: String,
    /// Their positions in the key.
    pub(super) key: Vec<usize>,
}

impl Plan {
    pub(super) fn new(spec: &ExplainSpec, schema: &Schema) -> Result<Self, ReconcileError> {
        if spec.key.is_empty() {
            return Err(misfit("there is no key", "name the columns that identify a row on both sides"));
        }
        let mut columns = Vec::with_capacity(spec.key.len() + spec.compared.len() + 1);
        for name in &spec.key {
            let index = position(schema, name, EXCEPTIONS)?;
            columns.push(Pair::new(schema, name, [index, index])?);
        }
        for names in &spec.compared {
            columns.push(value_pair(schema, names)?);
        }
        let counted = columns.len();
        let relax = relaxed_keys(spec)?;
        let amount = spec.amount.as_ref().map(|names| amount(schema, spec, names, &mut columns)).transpose()?;
        let (key, input) = (spec.key.len(), Arc::new(schema.clone()));
        let class = position(schema, "class", EXCEPTIONS)?;
        if schema.field(class).data_type() != &DataType::Utf8 {
            return Err(misfit("column 'class' of 'exceptions' is not text", "hand over the table of a comparison"));
        }
        let rows = rows_schema(schema, &columns, key);
        let output = output_schema(schema, &columns, key, amount.as_ref())?;
        Ok(Self { input, class, columns, key, counted, amount, relax, rows, output })
    }

    /// Positions of the plan's columns in the table of rows that are explained, for a side.
    pub(super) fn row_columns(&self, side: Side) -> impl Iterator<Item = usize> {
        let (first, values) = (FIRST_KEY + self.key, self.columns.len() - self.key);
        let first = if side == Side::Left { first } else { first + values };
        self.key_columns().chain(first..first + values)
    }

    /// Positions of the key in the table of rows that are explained.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = usize> + use<> {
        FIRST_KEY..FIRST_KEY + self.key
    }
}

impl Pair {
    fn new(schema: &Schema, name: &str, input: [usize; 2]) -> Result<Self, ReconcileError> {
        let [left, right] = input.map(|index| schema.field(index));
        let factors = factors(left.data_type(), right.data_type()).ok_or_else(|| {
            let (left_name, left_type) = (left.name(), left.data_type());
            let (right_name, right_type) = (right.name(), right.data_type());
            let problem = if left_name == right_name {
                format!("column '{left_name}' of '{EXCEPTIONS}' has type {left_type}")
            } else {
                let left = format!("column '{left_name}' of '{EXCEPTIONS}' has type {left_type}");
                format!("{left}, but '{right_name}' has type {right_type}")
            };
            misfit(problem, "leave the column out of what is compared")
        })?;
        Ok(Self { name: name.to_owned(), input, factors })
    }
}

fn value_pair(schema: &Schema, names: &ColumnNames) -> Result<Pair, ReconcileError> {
    let left = position(schema, &format!("left_{}", names.left), EXCEPTIONS)?;
    let right = position(schema, &format!("right_{}", names.right), EXCEPTIONS)?;
    Pair::new(schema, &names.left, [left, right])
}

fn relaxed_keys(spec: &ExplainSpec) -> Result<Vec<Relaxed>, ReconcileError> {
    if spec.relax.is_empty() {
        return Err(misfit("there is no relaxed key", "name columns of the key that a near row must agree in"));
    }
    let relaxed = |columns: &Vec<String>| {
        if columns.is_empty() {
            return Err(misfit("a relaxed key has no column", "name at least one column of the key in it"));
        }
        let mut key = Vec::with_capacity(columns.len());
        for name in columns {
            let place = spec.key.iter().position(|column| column == name).ok_or_else(|| {
                let problem = format!("column '{name}' of a relaxed key is not in the key");
                misfit(problem, format!("name columns of {}", spec.key.join(", ")))
            })?;
            if key.contains(&place) {
                let problem = format!("a relaxed key has column '{name}' twice");
                return Err(misfit(problem, "name each column of a relaxed key once"));
            }
            key.push(place);
        }
        Ok(Relaxed { text: columns.join(","), key })
    };
    spec.relax.iter().map(relaxed).collect()
}

/// Finds the amount among the columns, or adds it to them.
fn amount(
    schema: &Schema,
    spec: &ExplainSpec,
    names: &ColumnNames,
    columns: &mut Vec<Pair>,
) -> Result<Amount, ReconcileError> {
    let in_values = schema.index_of(&format!("left_{}", names.left)).is_ok();
    let in_key = spec.key.iter().position(|column| *column == names.left);
    let column = match in_key {
        Some(column) if !in_values => column,
        _ => {
            let pair = value_pair(schema, names)?;
            let known = columns.iter().position(|column| column.input == pair.input);
            known.unwrap_or_else(|| {
                columns.push(pair);
                columns.len() - 1
            })
        }
    };
    let input = columns.get(column).map_or([0; 2], |pair| pair.input);
    let [left, right] = input.map(|index| schema.field(index));
    let difference = difference_type(left.data_type(), right.data_type()).ok_or_else(|| {
        let types = format!("{} and {}", left.data_type(), right.data_type());
        let problem = format!("the amount '{}' is not a number on both sides: {types}", names.left);
        misfit(problem, "name a decimal or integer column as the amount")
    })?;
    Ok(Amount { column, name: names.left.clone(), difference })
}

/// The type of the difference of two numbers: 38 digits, or more where the numbers have more between them.
fn difference_type(left: &DataType, right: &DataType) -> Option<DataType> {
    let larger = scale(left)?.max(scale(right)?);
    let whole = |data_type: &DataType| match data_type {
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            i16::from(*precision) - i16::from(*scale)
        }
        _ => 19,
    };
    let digits = whole(left).max(whole(right)) + i16::from(larger);
    let narrow = digits <= i16::from(MAX_PRECISION);
    Some(if narrow { DataType::Decimal128(MAX_PRECISION, larger) } else { DataType::Decimal256(WIDE_DIGITS, larger) })
}

fn rows_schema(schema: &Schema, columns: &[Pair], key: usize) -> SchemaRef {
    let mut fields = vec![
        Field::new("group", DataType::Utf8, true),
        Field::new("answered", DataType::Boolean, false),
        Field::new("right", DataType::Boolean, false),
    ];
    let (keys, values) = columns.split_at(key.min(columns.len()));
    let mut add = |prefix: &str, pairs: &[Pair], side: fn(&Pair) -> usize| {
        for (number, pair) in pairs.iter().enumerate() {
            let data_type = schema.field(side(pair)).data_type().clone();
            fields.push(Field::new(format!("{prefix}_{number}"), data_type, true));
        }
    };
    let (left, right) = (|pair: &Pair| pair.input[0], |pair: &Pair| pair.input[1]);
    add("key", keys, left);
    add("left", values, left);
    add("right", values, right);
    Arc::new(Schema::new(fields))
}

fn output_schema(
    schema: &Schema,
    columns: &[Pair],
    key: usize,
    amount: Option<&Amount>,
) -> Result<SchemaRef, ReconcileError> {
    let keys = |prefix: &'static str| {
        columns.iter().take(key).map(move |pair| {
            let data_type = schema.field(pair.input[0]).data_type().clone();
            Field::new(format!("{prefix}{}", pair.name), data_type, true)
        })
    };
    let mut fields = vec![Field::new("side", DataType::Utf8, false)];
    fields.extend(keys(""));
    fields.push(Field::new("found", DataType::Utf8, false));
    fields.push(Field::new("relaxed", DataType::Utf8, true));
    fields.push(Field::new("candidates", DataType::Int64, false));
    fields.extend(keys("candidate_"));
    fields.push(Field::new("differs_in", DataType::Utf8, true));
    let difference = amount.map_or(DataType::Decimal128(MAX_PRECISION, 0), |amount| amount.difference.clone());
    fields.push(Field::new("amount_difference", difference, true));
    let mut names = BTreeSet::new();
    if let Some(field) = fields.iter().find(|field| !names.insert(field.name().clone())) {
        let problem = format!("two columns of the explanations table would be called '{}'", field.name());
        return Err(misfit(problem, "give the column of the key another name"));
    }
    Ok(Arc::new(Schema::new(fields)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(left: &str, right: &str) -> ColumnNames {
        ColumnNames { left: left.into(), right: right.into() }
    }

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn spec(key: &[&str], relax: &[&[&str]], compared: &[(&str, &str)], amount: Option<(&str, &str)>) -> ExplainSpec {
        ExplainSpec {
            key: texts(key),
            compared: compared.iter().map(|(left, right)| names(left, right)).collect(),
            relax: relax.iter().map(|columns| texts(columns)).collect(),
            amount: amount.map(|(left, right)| names(left, right)),
        }
    }

    fn schema() -> Schema {
        let fields = [
            ("class", DataType::Utf8),
            ("id", DataType::Utf8),
            ("line", DataType::Decimal128(19, 0)),
            ("side", DataType::Utf8),
            ("left_amount", DataType::Decimal128(18, 2)),
            ("left_note", DataType::Utf8),
            ("right_amount", DataType::Decimal128(38, 30)),
            ("right_memo", DataType::Utf8),
            ("right_raw", DataType::Utf8View),
            ("diff_columns", DataType::Utf8),
        ];
        Schema::new(fields.map(|(name, data_type)| Field::new(name, data_type, true)).to_vec())
    }

    #[test]
    fn the_explanations_table_has_row_answer_and_candidate() {
        let spec = spec(&["id", "line"], &[&["id"]], &[("note", "memo")], Some(("amount", "amount")));
        let plan = Plan::new(&spec, &schema()).unwrap();
        let described: Vec<String> =
            plan.output.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
        assert_eq!(
            described,
            [
                "side Utf8",
                "id Utf8",
                "line Decimal128(19, 0)",
                "found Utf8",
                "relaxed Utf8",
                "candidates Int64",
                "candidate_id Utf8",
                "candidate_line Decimal128(19, 0)",
                "differs_in Utf8",
                "amount_difference Decimal256(76, 30)",
            ]
        );
        assert_eq!((plan.counted, plan.columns.len()), (3, 4));
    }

    #[test]
    fn an_amount_may_be_compared_or_be_in_the_key() {
        let compared = spec(&["id"], &[&["id"]], &[("amount", "amount")], Some(("amount", "amount")));
        let plan = Plan::new(&compared, &schema()).unwrap();
        assert_eq!((plan.columns.len(), plan.amount.unwrap().column), (2, 1));
        let in_key = spec(&["id", "line"], &[&["id"]], &[], Some(("line", "line")));
        let amount = Plan::new(&in_key, &schema()).unwrap().amount.unwrap();
        assert_eq!((amount.column, amount.difference), (1, DataType::Decimal128(38, 0)));
    }

    #[test]
    fn what_cannot_be_carried_out_is_refused_with_its_place() {
        let id: &[&[&str]] = &[&["id"]];
        for (spec, expected) in [
            (spec(&[], id, &[], None), "there is no key"),
            (spec(&["nr"], &[&["nr"]], &[], None), "'exceptions' has no column 'nr'"),
            (spec(&["id"], &[], &[], None), "there is no relaxed key"),
            (spec(&["id"], &[&[]], &[], None), "a relaxed key has no column"),
            (spec(&["id"], &[&["line"]], &[], None), "column 'line' of a relaxed key is not in the key"),
            (spec(&["id"], &[&["id", "id"]], &[], None), "a relaxed key has column 'id' twice"),
            (spec(&["id"], id, &[("memo", "memo")], None), "'exceptions' has no column 'left_memo'"),
            (spec(&["id"], id, &[("note", "note")], None), "'exceptions' has no column 'right_note'"),
            (
                spec(&["id"], id, &[("note", "amount")], None),
                "column 'left_note' of 'exceptions' has type Utf8, but 'right_amount' has type Decimal128(38, 30)",
            ),
            (
                spec(&["right_raw"], &[&["right_raw"]], &[], None),
                "column 'right_raw' of 'exceptions' has type Utf8View",
            ),
            (spec(&["id"], id, &[], Some(("gross", "gross"))), "'exceptions' has no column 'left_gross'"),
            (
                spec(&["id"], id, &[], Some(("note", "memo"))),
                "the amount 'note' is not a number on both sides: Utf8 and Utf8",
            ),
            (spec(&["side"], &[&["side"]], &[], None), "two columns of the explanations table would be called 'side'"),
            (spec(&["id", "id"], id, &[], None), "two columns of the explanations table would be called 'id'"),
        ] {
            let error = Plan::new(&spec, &schema()).unwrap_err();
            assert!(matches!(error, ReconcileError::Plan { .. }));
            assert_eq!(error.to_string(), expected);
        }
    }
}
