//! Completeness and accuracy tests of a data set: the key `tests`.
//!
//! A figure stands in the definition or comes from another data set; a data set cannot vouch for itself.

use std::collections::BTreeMap;

use tieout_model::{ColumnType, CurrencyOf};

use super::is_temporal;
use super::names::{Names, Table};
use super::reader::{Reader, read_table};
use super::value::Text;
use crate::definition::{CONTROL_TOTALS_COLUMNS, DataSetTest, ExpectedCount, ExpectedTotal};

#[derive(Clone, Copy)]
enum Kind {
    MinRows,
    ExpectedCount,
    ExpectedTotal,
    WitnessPresent,
    WitnessAbsent,
    Freshness,
    UniqueKey,
    SourceCount,
    ControlTotal,
}

const KINDS: [(&str, Kind); 9] = [
    ("min_rows", Kind::MinRows),
    ("expected_count", Kind::ExpectedCount),
    ("expected_total", Kind::ExpectedTotal),
    ("witness_present", Kind::WitnessPresent),
    ("witness_absent", Kind::WitnessAbsent),
    ("freshness", Kind::Freshness),
    ("unique_key", Kind::UniqueKey),
    ("source_count", Kind::SourceCount),
    ("control_total", Kind::ControlTotal),
];

/// Reads the tests of `table` with its key; absent is none, which the result then shows as not run.
pub(crate) fn tests(reader: &mut Reader<'_>, table: &Table, key: &[String], names: &Names) -> Vec<DataSetTest> {
    reader.each("tests", |entry| {
        let Some(kind) = entry.text("test").and_then(|text| text.choice(&KINDS)) else {
            entry.accept_rest();
            return None;
        };
        match kind {
            Kind::MinRows => Some(DataSetTest::MinRows { rows: entry.required("rows")?.whole()? }),
            Kind::ExpectedCount => expected_count(entry, table, names),
            Kind::ExpectedTotal => expected_total(entry, table, names),
            Kind::WitnessPresent => Some(DataSetTest::WitnessPresent { row: witness(entry, table)? }),
            Kind::WitnessAbsent => Some(DataSetTest::WitnessAbsent { row: witness(entry, table)? }),
            Kind::Freshness => freshness(entry, table),
            Kind::UniqueKey => {
                if key.is_empty() {
                    entry.report("a unique_key test needs the data set's 'key'");
                }
                Some(DataSetTest::UniqueKey)
            }
            Kind::SourceCount => Some(DataSetTest::SourceCount { data_set: control_totals(entry, table, names)? }),
            Kind::ControlTotal => {
                let data_set = control_totals(entry, table, names);
                let columns = entry.texts("columns")?;
                for column in &columns {
                    table.amount(column);
                }
                let columns = columns.iter().map(Text::to_owned).collect();
                Some(DataSetTest::ControlTotal { data_set: data_set?, columns })
            }
        }
    })
}

fn expected_count(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<DataSetTest> {
    let rows = entry.optional("rows");
    let data_set = entry.optional_text("data_set");
    let column = entry.optional_text("column");
    let expected = match (rows, data_set) {
        (Some(rows), None) => {
            if let Some(column) = column {
                column.report("'column' needs a 'data_set' that has it");
            }
            ExpectedCount::Rows(rows.whole()?)
        }
        (None, Some(data_set)) => {
            let other = second_source(&data_set, table, names);
            if let (Some(column), Some(other)) = (&column, other) {
                other.expect_type(column, "integer", |data_type| data_type == ColumnType::Integer);
            }
            let data_set = data_set.to_owned();
            match column {
                Some(column) => ExpectedCount::SumOf { data_set, column: column.to_owned() },
                None => ExpectedCount::RowsOf { data_set },
            }
        }
        _ => {
            entry.report("an expected_count needs either 'rows' or 'data_set'");
            return None;
        }
    };
    Some(DataSetTest::ExpectedCount { expected })
}

fn expected_total(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<DataSetTest> {
    let column = entry.text("column");
    let amount = entry.optional("amount");
    let currency = entry.optional_text("currency");
    let data_set = entry.optional_text("data_set");
    let total_column = entry.optional_text("total_column");
    let own = column.as_ref().and_then(|column| table.amount(column));
    let expected = match (amount, currency, data_set, total_column) {
        (Some(amount), Some(text), None, None) => {
            let currency = text.currency();
            if let (Some(CurrencyOf::Fixed(fixed)), Some(currency)) =
                (own.and_then(|own| own.currency.as_ref()), &currency)
                && fixed != currency
            {
                text.report(format!("'currency' is {currency}, but the column is in {fixed}"));
            }
            ExpectedTotal::Amount { amount: amount.decimal()?, currency: currency? }
        }
        (None, None, Some(data_set), Some(total_column)) => {
            if let Some(other) = second_source(&data_set, table, names) {
                other.amount(&total_column);
            }
            ExpectedTotal::TotalOf { data_set: data_set.to_owned(), column: total_column.to_owned() }
        }
        _ => {
            let cure = "either 'amount' and 'currency' or 'data_set' and 'total_column'";
            entry.report(format!("an expected_total needs {cure}"));
            return None;
        }
    };
    Some(DataSetTest::ExpectedTotal { column: column?.to_owned(), expected })
}

/// The data set that lists the control totals of others.
fn control_totals(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<String> {
    let text = entry.text("data_set")?;
    if let Some(list) = second_source(&text, table, names) {
        let fits = |name: &str, data_type| match name {
            "dataset" => data_type == ColumnType::Text,
            "rows" => data_type == ColumnType::Integer,
            _ => matches!(data_type, ColumnType::Decimal { .. }),
        };
        let known = list.columns.iter().flatten();
        let lacks = |name: &str| {
            let mut own = known.clone().filter(|column| column.name == name);
            own.all(|column| column.data_type.is_some_and(|data_type| !fits(name, data_type)))
        };
        if let Some(name) = CONTROL_TOTALS_COLUMNS.into_iter().find(|name| lacks(name)) {
            let message = format!("'{}' has no column '{name}' as a list of control totals has it", list.name);
            text.report_with_help(message, "it has dataset (text), rows (integer) and amount (decimal)");
        }
    }
    Some(text.to_owned())
}

/// The other data set that a figure comes from.
fn second_source<'n>(text: &Text<'_>, table: &Table, names: &'n Names) -> Option<&'n Table> {
    if text.as_str() == table.name {
        text.report(format!("'{}' cannot be its own second source", table.name));
    }
    names.table(text)
}

fn witness(entry: &mut Reader<'_>, table: &Table) -> Option<BTreeMap<String, String>> {
    let value = entry.required("row")?;
    read_table(&value, |row| {
        let cells = row.all();
        if cells.is_empty() {
            row.report("'row' must name at least one column with its text");
        }
        for (column, _) in &cells {
            table.column(column);
        }
        let cell =
            |(column, value): &(Text<'_>, super::value::Value<'_>)| Some((column.to_owned(), value.text()?.to_owned()));
        Some(cells.iter().filter_map(cell).collect::<BTreeMap<_, _>>())
    })
}

fn freshness(entry: &mut Reader<'_>, table: &Table) -> Option<DataSetTest> {
    let column = entry.text("column");
    let max_age_days = entry.required("max_age_days").and_then(|value| value.whole());
    if let Some(column) = &column {
        table.expect_type(column, "a date or timestamp", is_temporal);
    }
    Some(DataSetTest::Freshness { column: column?.to_owned(), max_age_days: max_age_days? })
}
