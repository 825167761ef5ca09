//! Tie-outs: two totals that must agree, and the thresholds from which a difference is investigated.
//!
//! Amounts of different currencies never meet: one threshold a currency at most, and in the sides' own currency.

use tieout_model::{Currency, CurrencyOf};

use super::forms;
use super::names::{Names, Table, report_duplicates};
use super::reader::Reader;
use super::value::Text;
use crate::definition::{Threshold, TieOut, TotalOf};

/// Reads one threshold and enters it into `names`.
pub(crate) fn threshold<'a>(reader: &mut Reader<'a>, names: &mut Names, ids: &mut Vec<Text<'a>>) -> Option<Threshold> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let amount = reader.required("amount").and_then(|value| {
        let amount = value.decimal()?;
        if amount.is_zero() || amount.is_negative() {
            value.report(format!("'amount' is {amount}; a threshold is above zero"));
        }
        Some(amount)
    });
    let currency = reader.text("currency").and_then(|text| text.currency());
    if let Some(id) = &id {
        names.thresholds.push((id.to_owned(), currency.clone()));
    }
    Some(Threshold { id: forms::id(&id?), amount: amount?, currency: currency? })
}

/// Reads one tie-out.
pub(crate) fn tie_out<'a>(reader: &mut Reader<'a>, names: &Names, ids: &mut Vec<Text<'a>>) -> Option<TieOut> {
    let id = reader.text("id").inspect(|id| ids.push(id.clone()));
    let left = reader.table("left", |entry| total(entry, names));
    let right = reader.table("right", |entry| total(entry, names));
    let by = reader.optional_texts("by");
    let thresholds = reader.optional_texts("thresholds");
    report_duplicates(&by, "columns here");
    if let (Some(left), Some(right)) = (&left, &right) {
        for text in &by {
            group_column(text, left.table, right.table);
        }
    }
    let currency = shared_currency(reader, left.as_ref(), right.as_ref());
    check_thresholds(&thresholds, currency.as_ref(), names);
    Some(TieOut {
        id: forms::id(&id?),
        left: left?.total,
        right: right?.total,
        by: by.iter().map(Text::to_owned).collect(),
        thresholds: thresholds.iter().map(Text::to_owned).collect(),
    })
}

/// One side of a tie-out with what is known of it.
struct TotalSide<'n> {
    total: TotalOf,
    table: Option<&'n Table>,
    /// The one currency of the side, where the definition fixes it.
    currency: Option<Currency>,
}

fn total<'n>(entry: &mut Reader<'_>, names: &'n Names) -> Option<TotalSide<'n>> {
    let (data_set, column) = (entry.text("data_set"), entry.text("column"));
    let table = data_set.as_ref().and_then(|text| names.table(text));
    let amount = table.zip(column.as_ref()).and_then(|(table, column)| table.amount(column));
    let currency = match amount.and_then(|amount| amount.currency.clone()) {
        Some(CurrencyOf::Fixed(currency)) => Some(currency),
        _ => None,
    };
    Some(TotalSide { total: TotalOf { data_set: data_set?.to_owned(), column: column?.to_owned() }, table, currency })
}

/// Reports a group column that a side lacks or that differs in type between them.
fn group_column(text: &Text<'_>, left: Option<&Table>, right: Option<&Table>) {
    let type_of = |table: Option<&Table>| table.and_then(|table| table.column(text)?.data_type);
    if let (Some(left), Some(right)) = (type_of(left), type_of(right))
        && left != right
    {
        text.report(format!("column '{}' is {left} on the left and {right} on the right", text.as_str()));
    }
}

/// The currency that both sides are fixed to; two different ones are reported, for they never agree.
fn shared_currency(
    reader: &Reader<'_>,
    left: Option<&TotalSide<'_>>,
    right: Option<&TotalSide<'_>>,
) -> Option<Currency> {
    let (left, right) = (left?.currency.clone()?, right?.currency.clone()?);
    if left == right {
        return Some(left);
    }
    reader.report(format!("the left side is in {left} and the right side in {right}: they can never agree"));
    None
}

fn check_thresholds(texts: &[Text<'_>], currency: Option<&Currency>, names: &Names) {
    let mut seen: Vec<(&Currency, &str)> = Vec::new();
    for text in texts {
        let Some((_, of)) = names.thresholds.iter().find(|(id, _)| id == text.as_str()) else {
            let known = names.thresholds.iter().map(|(id, _)| id.as_str());
            text.report_unknown(format!("there is no threshold '{}'", text.as_str()), known);
            continue;
        };
        let Some(of) = of else {
            continue;
        };
        if let Some((_, earlier)) = seen.iter().find(|(currency, _)| *currency == of) {
            let message = format!("thresholds '{earlier}' and '{}' are both in {of}", text.as_str());
            text.report(message);
        }
        if let Some(currency) = currency
            && currency != of
        {
            text.report(format!("threshold '{}' is in {of}, but both sides are in {currency}", text.as_str()));
        }
        seen.push((of, text.as_str()));
    }
}
