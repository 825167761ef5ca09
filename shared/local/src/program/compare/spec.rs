//! The comparison as it was asked for, in the words of the engine.
//!
//! Every pair of columns is tried alone first, so that all that does not compare is told at once.

use std::path::Path;

use arrow::datatypes::{DataType, SchemaRef};
use tieout_model::{
    AmountColumn, ColumnNames, ComparedColumn, CurrencyOf, Duplicates, KeyColumn, Normalisation, Side, Tolerance,
    WhatIfColumn,
};
use tieout_reconcile::{ComparisonPlan, ComparisonSpec, ReconcileError, SideSchema, SumDifference};

use super::super::arguments::{CompareArguments, DuplicateRule};
use super::super::failure::Failure;
use super::blame::comparison_failure;
use super::pairing::Pairing;

/// Id of the comparison in the engine's messages.
const ID: &str = "compare";

/// The plan for two files with these columns; what does not compare is told in full.
pub(super) fn plan(
    arguments: &CompareArguments,
    pairing: &Pairing,
    schemas: [SchemaRef; 2],
    scratch: &Path,
) -> Result<ComparisonPlan, Failure> {
    let [left, right] = schemas;
    let spec = spec(arguments, pairing);
    let problems = problems(&spec, arguments, [&left, &right]);
    if !problems.is_empty() {
        return Err(super::schema_failure(arguments, &problems));
    }
    let side = |path: &Path, schema: SchemaRef, side: Side| SideSchema {
        name: path.display().to_string(),
        amounts: amounts(arguments, pairing, &schema, side),
        schema,
    };
    let left = side(&arguments.left, left, Side::Left);
    let right = side(&arguments.right, right, Side::Right);
    let inputs = [arguments.left.as_path(), arguments.right.as_path()];
    ComparisonPlan::new(spec, left, right).map_err(|error| comparison_failure(&error, inputs, scratch))
}

fn spec(arguments: &CompareArguments, pairing: &Pairing) -> ComparisonSpec {
    let normalisation = |names: &ColumnNames| -> Normalisation {
        let declared = arguments.equality.normalise.iter().filter(|(name, _)| *name == names.left);
        Normalisation(declared.flat_map(|(_, steps)| steps.0.iter().copied()).collect())
    };
    let key = |names: &ColumnNames| KeyColumn { names: names.clone(), normalisation: normalisation(names) };
    let value = |names: &ColumnNames| ComparedColumn {
        names: names.clone(),
        tolerance: tolerance(arguments, &names.left),
        normalisation: normalisation(names),
    };
    let report = &arguments.report;
    ComparisonSpec {
        id: ID.to_owned(),
        key: pairing.key.iter().map(key).collect(),
        columns: pairing.values.iter().map(value).collect(),
        duplicates: duplicates(arguments, pairing),
        sum_difference: report.sum_diff.clone().map(|amount| SumDifference { amount, by: report.by.clone() }),
        what_if: what_if(arguments),
    }
}

fn tolerance(arguments: &CompareArguments, column: &str) -> Tolerance {
    fn of<T: Copy>(list: &[(String, T)], column: &str) -> Option<T> {
        list.iter().rev().find(|(name, _)| name == column).map(|(_, value)| *value)
    }
    let equality = &arguments.equality;
    Tolerance {
        absolute: of(&equality.abs_tol, column),
        relative: of(&equality.rel_tol, column),
        days: of(&equality.days_tol, column),
        cap: of(&equality.cap, column),
    }
}

fn duplicates(arguments: &CompareArguments, pairing: &Pairing) -> Duplicates {
    let paired = |names: &ColumnNames| {
        let known = pairing.all().find(|known| known.left == names.left);
        known.unwrap_or(names).clone()
    };
    let declared = &arguments.duplicates;
    match (declared.duplicates, &declared.sum) {
        (DuplicateRule::Pair, _) => Duplicates::Pair(declared.order.iter().map(paired).collect()),
        (DuplicateRule::Sum, Some(amount)) => Duplicates::Sum(paired(amount)),
        (DuplicateRule::Sum, None) | (DuplicateRule::List, _) => Duplicates::List,
    }
}

fn what_if(arguments: &CompareArguments) -> Vec<WhatIfColumn> {
    let mut specs: Vec<WhatIfColumn> = Vec::new();
    for (column, tolerances) in &arguments.report.what_if {
        match specs.iter_mut().find(|spec| spec.column == *column) {
            Some(spec) => spec.tolerances.extend(tolerances),
            None => specs.push(WhatIfColumn { column: column.clone(), tolerances: tolerances.clone() }),
        }
    }
    specs
}

/// The decimals that are added up anywhere, where a column names their currency.
fn amounts(arguments: &CompareArguments, pairing: &Pairing, schema: &SchemaRef, side: Side) -> Vec<AmountColumn> {
    let Some(currency) = &arguments.duplicates.currency else { return Vec::new() };
    let of_side = |names: &ColumnNames| super::of_side(names, side).to_owned();
    let currency = pairing.all().find(|names| names.left == currency.left).unwrap_or(currency);
    let CompareArguments { equality, report, duplicates, .. } = arguments;
    let added = equality.abs_tol.iter().map(|(name, _)| name);
    let added = added.chain(equality.rel_tol.iter().map(|(name, _)| name));
    let added = added.chain(report.what_if.iter().map(|(name, _)| name));
    let added: Vec<&String> =
        added.chain(&report.sum_diff).chain(duplicates.sum.iter().map(|names| &names.left)).collect();
    let is_decimal = |name: &str| {
        schema.field_with_name(name).is_ok_and(|field| matches!(field.data_type(), DataType::Decimal128(..)))
    };
    let amount =
        |names: &ColumnNames| AmountColumn { column: of_side(names), currency: CurrencyOf::Column(of_side(currency)) };
    let mut known = Vec::new();
    for names in pairing.values.iter().chain(&pairing.others) {
        let is_new = !known.iter().any(|amount: &AmountColumn| amount.column == of_side(names));
        if added.contains(&&names.left) && is_decimal(&of_side(names)) && is_new {
            known.push(amount(names));
        }
    }
    known
}

/// What is wrong with each pair of columns by itself.
fn problems(spec: &ComparisonSpec, arguments: &CompareArguments, schemas: [&SchemaRef; 2]) -> Vec<String> {
    let [left, right] = schemas;
    let side = |path: &Path, schema: &SchemaRef| SideSchema {
        name: path.display().to_string(),
        schema: schema.clone(),
        amounts: Vec::new(),
    };
    let tried = |key: &KeyColumn, column: Option<&ComparedColumn>| {
        let alone = ComparisonSpec {
            id: ID.to_owned(),
            key: vec![key.clone()],
            columns: column.into_iter().cloned().collect(),
            duplicates: Duplicates::List,
            sum_difference: None,
            what_if: Vec::new(),
        };
        match ComparisonPlan::new(alone, side(&arguments.left, left), side(&arguments.right, right)) {
            Ok(_) => None,
            Err(ReconcileError::Plan { problem, cure }) => Some(format!("{problem}; {cure}")),
            Err(other) => Some(other.to_string()),
        }
    };
    let mut problems: Vec<String> = spec.key.iter().filter_map(|key| tried(key, None)).collect();
    if let Some(key) = spec.key.iter().find(|key| tried(key, None).is_none()) {
        problems.extend(spec.columns.iter().filter_map(|column| tried(key, Some(column))));
    }
    problems
}

/// The type differences that are compared all the same, by value.
pub(super) fn notes(pairing: &Pairing, schemas: [&SchemaRef; 2]) -> Vec<TypeNote> {
    let [left, right] = schemas;
    let note = |names: &ColumnNames| {
        let left = left.field_with_name(&names.left).ok()?.data_type();
        let right = right.field_with_name(&names.right).ok()?.data_type();
        let note = TypeNote { column: names.left.clone(), left: type_name(left), right: type_name(right) };
        (left != right).then_some(note)
    };
    pairing.key.iter().chain(&pairing.values).filter_map(note).collect()
}

/// Two types of one pair of columns.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct TypeNote {
    /// The column, by its left name.
    pub(crate) column: String,
    /// Its type on the left.
    pub(crate) left: String,
    /// Its type on the right.
    pub(crate) right: String,
}

/// A type in the words of a definition.
fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Timestamp(unit, zone) => {
            let zone = zone.as_ref().map_or("", |_| " with time zone");
            format!("timestamp{zone} ({unit})")
        }
        DataType::Time64(unit) => format!("time ({unit})"),
        other => tieout_tables::column_type(other).map_or_else(|| other.to_string(), |found| found.to_string()),
    }
}
