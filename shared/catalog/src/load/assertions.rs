//! Assertions: a predicate over every row of a data set, and the amount at stake where it fails.
//!
//! An expression names columns of its data set and parameters, nothing else; the engine checks its types.

use tieout_model::{ColumnType, MAX_PRECISION, ReasonCode, Severity};

use super::columns::currency_of;
use super::data_sets::columns_of;
use super::forms;
use super::names::{Names, Table};
use super::reader::Reader;
use super::value::Text;
use crate::definition::{Assertion, AtStake};
use crate::sql::{Vocabulary, expression_mistakes};

/// Why a row that fails may keep the control from concluding.
const GUARD_REASONS: [(&str, ReasonCode); 13] = [
    ("column_missing", ReasonCode::ColumnMissing),
    ("bad_value", ReasonCode::BadValue),
    ("duplicate_key", ReasonCode::DuplicateKey),
    ("fan_out", ReasonCode::FanOut),
    ("empty_dataset", ReasonCode::EmptyDataset),
    ("out_of_window", ReasonCode::OutOfWindow),
    ("completeness_failed", ReasonCode::CompletenessFailed),
    ("completeness_not_proven", ReasonCode::CompletenessNotProven),
    ("accuracy_failed", ReasonCode::AccuracyFailed),
    ("stale_source", ReasonCode::StaleSource),
    ("no_actuals", ReasonCode::NoActuals),
    ("fx_rate_missing", ReasonCode::FxRateMissing),
    ("counterpart_missing", ReasonCode::CounterpartMissing),
];

/// Reads one assertion.
pub(crate) fn assertion<'a>(reader: &mut Reader<'a>, names: &Names, ids: &mut Vec<Text<'a>>) -> Option<Assertion> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let data_set = reader.text("data_set");
    let table = data_set.as_ref().and_then(|text| names.table(text));
    let holds = reader.text("holds").map(|text| expression(&text, table, names));
    let description = reader.text("description").map(|text| forms::prose(&text));
    let severity = severity(reader);
    let finding = reader.optional_text("finding").map(|text| forms::name(&text));
    let subject = reader.optional_texts("subject");
    let subject = table.map_or_else(Vec::new, |table| columns_of(&subject, table));
    let at_stake = at_stake(reader, table, names);
    Some(Assertion {
        id: forms::id_of_check(&id?),
        data_set: data_set?.to_owned(),
        holds: holds?,
        description: description?,
        severity: severity?,
        finding,
        subject,
        at_stake,
    })
}

/// Reads `severity`, and with `not_operated` the `reason` that a failed row gives.
fn severity(reader: &mut Reader<'_>) -> Option<Severity> {
    let severities = [("finding", Some(Severity::Finding)), ("review", Some(Severity::Review)), ("not_operated", None)];
    let severity = reader.text("severity").and_then(|text| text.choice(&severities));
    let reason = reader.optional_text("reason");
    match (severity?, reason) {
        (None, Some(reason)) => reason.choice(&GUARD_REASONS).map(Severity::NotOperated),
        (None, None) => {
            reader.report("'severity' is not_operated, so a 'reason' must say why");
            None
        }
        (Some(severity), reason) => {
            if let Some(reason) = reason {
                reason.report("'reason' is for the severity not_operated");
            }
            Some(severity)
        }
    }
}

/// Reads `amount` with its currency and decimals; without an amount neither may stand.
fn at_stake(reader: &mut Reader<'_>, table: Option<&Table>, names: &Names) -> Option<AtStake> {
    let Some(amount) = reader.optional_text("amount") else {
        return without_amount(reader);
    };
    let amount_text = expression(&amount, table, names);
    let mut currency_columns = Vec::new();
    let currency = currency_of(reader, &mut currency_columns);
    if let Some(table) = table {
        for text in &currency_columns {
            table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
        }
    }
    if currency.is_none() && !reader.has("currency") && !reader.has("currency_column") {
        amount.report("'amount' needs 'currency' or 'currency_column'");
    }
    let decimals = reader.required("decimals").and_then(|value| {
        let decimals: u8 = value.whole()?;
        if decimals > MAX_PRECISION {
            value.report(format!("'decimals' is {decimals}; at most {MAX_PRECISION} can be held"));
        }
        Some(decimals)
    });
    Some(AtStake { expression: amount_text, currency: currency?, decimals: decimals? })
}

/// Reports what says something of an amount that is not there.
fn without_amount(reader: &mut Reader<'_>) -> Option<AtStake> {
    for key in ["currency", "currency_column", "decimals"] {
        if let Some(value) = reader.optional(key)
            && !reader.has("amount")
        {
            value.report(format!("'{key}' needs an 'amount'"));
        }
    }
    None
}

/// An SQL expression, with its mistakes reported at their places inside the text.
fn expression(text: &Text<'_>, table: Option<&Table>, names: &Names) -> String {
    let columns = table.and_then(|table| table.columns.as_ref());
    let columns = columns.map(|columns| columns.iter().map(|column| column.name.as_str()).collect());
    let vocabulary = Vocabulary { parameters: names.parameters(), tables: Vec::new(), columns };
    for mistake in expression_mistakes(text.as_str(), &vocabulary) {
        text.report_inside(mistake.line, mistake.column, mistake.message, mistake.help);
    }
    text.to_owned()
}
