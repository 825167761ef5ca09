//! Threshold checks: which rows are held against which contract, and what a row asks it.
//!
//! A dimension that no rule of the contract names, or that the question lacks for every rule, is a mistake.

use std::collections::BTreeMap;

use tieout_model::{
    ColumnType, CurrencyOf, MatrixColumns, Severity, ThresholdCheck, ThresholdContract, converted_name,
};

use super::columns::currency_of;
use super::data_sets::columns_of;
use super::forms;
use super::names::{Names, Table};
use super::reader::{Reader, read_table};
use super::value::Text;

/// Columns that the table of a check adds, besides those shown in the contract's currency.
const ADDED: [&str; 4] = ["threshold_rule", "threshold_version", "threshold_sha256", "status"];

/// Reads one threshold check.
pub(crate) fn threshold_check<'a>(
    reader: &mut Reader<'a>,
    names: &Names,
    contracts: &[ThresholdContract],
    ids: &mut Vec<Text<'a>>,
) -> Option<ThresholdCheck> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let data_set = reader.text("data_set");
    let table = data_set.as_ref().and_then(|text| names.table(text));
    let subject = reader.texts("subject").unwrap_or_default();
    let subject = table.map_or_else(Vec::new, |table| columns_of(&subject, table));
    let amount = decimal_column(reader.text("amount"), table);
    let rate = reader.optional_text("rate");
    let rate = rate.map(|text| decimal_column(Some(text), table));
    let contract = reader.text("contract");
    let known = contract.as_ref().and_then(|text| find(text, contracts));
    let currency = currency(reader, table, rate.is_some(), known);
    let kind = reader.text("kind").map(|text| kind(&text, known));
    let question = reader.table("question", |entry| Some(question(entry, table, known)));
    let not_operated_column = text_column(reader.optional_text("not_operated_column"), table);
    let severities = [Severity::Finding, Severity::Review].map(|severity| (severity.as_str(), severity));
    let severity = reader.text("severity").and_then(|text| text.choice(&severities));
    let finding = reader.text("finding").map(|text| forms::name(&text));
    let display: Vec<String> =
        reader.optional_texts("display").into_iter().filter_map(|text| decimal_column(Some(text), table)).collect();
    let matrix = reader.optional("matrix").and_then(|value| read_table(&value, |entry| matrix(entry, table)));
    if let (Some(table), Some(known)) = (table, known) {
        check_names(reader, table, &display, known, not_operated_column.as_deref());
    }
    Some(ThresholdCheck {
        id: forms::id_of_check(&id?),
        data_set: data_set?.to_owned(),
        subject,
        amount: amount?,
        currency: currency?,
        rate: match rate {
            Some(rate) => Some(rate?),
            None => None,
        },
        contract: contract?.to_owned(),
        kind: kind?,
        question: question?,
        not_operated_column,
        severity: severity?,
        finding: finding?,
        display,
        matrix,
    })
}

fn find<'c>(text: &Text<'_>, contracts: &'c [ThresholdContract]) -> Option<&'c ThresholdContract> {
    let found = contracts.iter().find(|contract| contract.id == text.as_str());
    if found.is_none() {
        let known = contracts.iter().map(|contract| contract.id.as_str());
        text.report_unknown(format!("there is no threshold contract '{}'", text.as_str()), known);
    }
    found
}

fn decimal_column(text: Option<Text<'_>>, table: Option<&Table>) -> Option<String> {
    let text = text?;
    if let Some(table) = table {
        table.expect_type(&text, "decimal or integer", |data_type| {
            matches!(data_type, ColumnType::Decimal { .. } | ColumnType::Integer)
        });
    }
    Some(text.to_owned())
}

fn text_column(text: Option<Text<'_>>, table: Option<&Table>) -> Option<String> {
    let text = text?;
    if let Some(table) = table {
        table.expect_type(&text, "text", |data_type| data_type == ColumnType::Text);
    }
    Some(text.to_owned())
}

/// The currency of the amount: declared, or that of the contract where there is no rate.
fn currency(
    reader: &mut Reader<'_>,
    table: Option<&Table>,
    has_rate: bool,
    contract: Option<&ThresholdContract>,
) -> Option<CurrencyOf> {
    let mut columns = Vec::new();
    let declared = currency_of(reader, &mut columns);
    for text in columns {
        text_column(Some(text), table);
    }
    let is_declared = reader.has("currency") || reader.has("currency_column");
    if !is_declared && has_rate {
        reader.report("an amount with a rate needs 'currency' or 'currency_column'");
    }
    declared.or_else(|| contract.filter(|_| !is_declared).map(|contract| CurrencyOf::Fixed(contract.currency.clone())))
}

fn kind(text: &Text<'_>, contract: Option<&ThresholdContract>) -> String {
    let rules = || contract.iter().flat_map(|contract| &contract.versions).flat_map(|version| &version.rules);
    // A contract without a version has its own mistake already.
    let is_read = contract.is_some_and(|contract| !contract.versions.is_empty());
    if is_read && !rules().any(|rule| rule.kind == text.as_str()) {
        let known = rules().map(|rule| rule.kind.as_str());
        text.report_unknown(format!("no rule of the contract is of kind '{}'", text.as_str()), known);
    }
    forms::name(text)
}

/// Dimension to column. Every dimension must be one that rules name, so that a slip of the pen is not silent.
fn question(
    entry: &mut Reader<'_>,
    table: Option<&Table>,
    contract: Option<&ThresholdContract>,
) -> BTreeMap<String, String> {
    let mut question = BTreeMap::new();
    for (dimension, value) in entry.all() {
        let Some(column) = text_column(value.text(), table) else { continue };
        let rules = contract.iter().flat_map(|contract| &contract.versions).flat_map(|version| &version.rules);
        let named: Vec<&str> = rules.flat_map(|rule| rule.scope.keys().map(String::as_str)).collect();
        let near = crate::nearest::did_you_mean(dimension.as_str(), named.iter().copied());
        if let Some(help) = near.filter(|_| !named.contains(&dimension.as_str())) {
            dimension.report_with_help(format!("no rule has the dimension '{}'", dimension.as_str()), help);
        }
        question.insert(forms::name(&dimension), column);
    }
    question
}

fn matrix(entry: &mut Reader<'_>, table: Option<&Table>) -> Option<MatrixColumns> {
    let rows = text_column(entry.text("rows"), table);
    let columns = text_column(entry.text("columns"), table);
    Some(MatrixColumns { rows: rows?, columns: columns? })
}

/// Reports a column of the data set whose name the table of the check adds.
fn check_names(
    reader: &Reader<'_>,
    table: &Table,
    display: &[String],
    contract: &ThresholdContract,
    not_operated_column: Option<&str>,
) {
    let code = contract.currency.as_str().to_lowercase();
    let mut added: Vec<String> = ADDED.iter().map(|&name| name.to_owned()).collect();
    added.extend(display.iter().map(|column| converted_name(column, &code)));
    added.extend([format!("threshold_{code}"), "threshold_lcy".to_owned()]);
    if not_operated_column != Some("reason") {
        added.push("reason".to_owned());
    }
    let clash = table.columns.iter().flatten().find(|column| added.contains(&column.name));
    if let Some(column) = clash {
        reader.report(format!("the check adds a column '{}', which '{}' has already", column.name, table.name));
    }
}
