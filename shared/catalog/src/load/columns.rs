//! The columns of an extracted data set: its contract, as far as columns go.
//!
//! A column whose type could not be read still counts as a name, so that references to it are not reported too.

use tieout_model::{AmountColumn, Column, ColumnType, Contract, CurrencyOf, HeaderMatch, ValueFormat, folded};

use super::formats::Format;
use super::forms;
use super::names::{KnownAmount, KnownColumn, Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::row_rules::{LookupText, lookup_text};
use super::value::{Text, Value};
use super::value_formats::{normalise, value_format};

/// What was found in the columns so far.
#[derive(Default)]
struct Found<'a> {
    /// Columns and amounts; the key is read later.
    contract: Contract,
    /// Every column that has a name.
    known: Vec<KnownColumn>,
    /// Every column that has a currency.
    amounts: Vec<KnownAmount>,
    names: Vec<Text<'a>>,
    /// For each column its header, then its aliases.
    headers: Vec<Vec<Text<'a>>>,
    currency_columns: Vec<Text<'a>>,
    lookups: Vec<LookupText<'a>>,
}

/// What was read of the columns of a data set.
pub(crate) struct Columns<'a> {
    /// The contract without a key.
    pub(crate) contract: Contract,
    /// What references see of it.
    pub(crate) table: Table,
    /// Columns that are looked up in tables which are not known yet.
    pub(crate) lookups: Vec<LookupText<'a>>,
}

/// Reads the keys `columns` and `header_match` of a data set.
pub(crate) fn columns<'a>(reader: &mut Reader<'a>, data_set: String, format: &Format) -> Columns<'a> {
    let mut found = Found::default();
    found.contract.header_match = header_match(reader, format);
    let value = reader.required("columns");
    if let Some(value) = &value {
        value.require_entries();
    }
    reader.each("columns", |entry| {
        found.read(entry, format);
        Some(())
    });
    let Found { contract, known, amounts, names: texts, headers, currency_columns, lookups } = found;
    let names_differ = report_duplicates(&texts, "columns");
    if names_differ {
        match contract.header_match {
            HeaderMatch::Exact => {
                let all: Vec<_> = headers.iter().flatten().cloned().collect();
                report_duplicates(&all, "column headers");
            }
            HeaderMatch::Folded => report_shared_aliases(&headers),
        }
    }
    let table = Table { name: data_set, columns: value.map(|_| known), amounts };
    for text in &currency_columns {
        table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
    }
    Columns { contract, table, lookups }
}

/// Reads the keys `currency` and `currency_column` for the amount column `name`; at most one may stand.
pub(crate) fn currency_of<'a>(reader: &mut Reader<'a>, currency_columns: &mut Vec<Text<'a>>) -> Option<CurrencyOf> {
    let fixed = reader.optional_text("currency");
    let column = reader.optional_text("currency_column");
    match (fixed, column) {
        (Some(_), Some(column)) => {
            column.report("'currency' and 'currency_column' exclude each other");
            None
        }
        (Some(fixed), None) => fixed.currency().map(CurrencyOf::Fixed),
        (None, Some(column)) => {
            currency_columns.push(column.clone());
            Some(CurrencyOf::Column(column.to_owned()))
        }
        (None, None) => None,
    }
}

impl<'a> Found<'a> {
    /// Reads one column.
    fn read(&mut self, entry: &mut Reader<'a>, format: &Format) {
        let name = entry.text("name");
        let data_type = entry.text("type").as_ref().and_then(column_type);
        let Some(name) = name else {
            return entry.accept_rest();
        };
        let column = forms::column_name(&name);
        self.known.push(KnownColumn { name: column.clone(), data_type });
        self.names.push(name.clone());
        let nullable = entry.flag_or("nullable", false);
        let required = entry.flag_or("required", true);
        let headers = self.read_headers(entry, &name, format);
        self.read_amount(entry, &name, data_type);
        let mut values =
            if format.has_text_values() { value_format(entry, &format.values) } else { format.values.clone() };
        values.normalise = normalise(entry, data_type);
        if !required && !nullable && !values.null_as_zero {
            name.report(format!("column '{column}' is not required, so it must be nullable"));
        }
        self.contract.columns.extend(data_type.map(|data_type| Column {
            name: column,
            data_type,
            nullable,
            required,
            headers,
            format: values,
        }));
    }

    /// Reads `header` and `aliases`: the names under which the source may call the column.
    fn read_headers(&mut self, entry: &mut Reader<'a>, name: &Text<'a>, format: &Format) -> Vec<String> {
        let header = entry.optional_text("header");
        let aliases = entry.optional_texts("aliases");
        if !format.has_column_names() {
            for text in header.iter().chain(&aliases) {
                text.report(format!("{} has no effect in a file without a header row", text.name()));
            }
        }
        let own: Vec<_> = std::iter::once(header.unwrap_or_else(|| name.clone())).chain(aliases).collect();
        let headers = own.iter().map(Text::to_owned).collect();
        self.headers.push(own);
        headers
    }

    /// Reads the currency, which makes the column an amount.
    fn read_amount(&mut self, entry: &mut Reader<'a>, name: &Text<'a>, data_type: Option<ColumnType>) {
        let has_currency = entry.has("currency") || entry.has("currency_column");
        let currency = match entry.optional("currency").filter(Value::is_table) {
            Some(value) => read_table(&value, |entry| self.currency_lookup(entry)).map(CurrencyOf::Column),
            None => currency_of(entry, &mut self.currency_columns),
        };
        if !has_currency {
            return;
        }
        let column = name.to_owned();
        if let Some(data_type) = data_type
            && !matches!(data_type, ColumnType::Decimal { .. })
        {
            name.report(format!("column '{column}' has a currency, so it must be decimal, not {data_type}"));
        }
        self.amounts.push(KnownAmount { column: column.clone(), currency: currency.clone() });
        self.contract.amounts.extend(currency.map(|currency| AmountColumn { column, currency }));
    }
}

impl<'a> Found<'a> {
    /// Reads a currency that a table of the definition has, and gives the name of the column that it makes.
    fn currency_lookup(&mut self, entry: &mut Reader<'a>) -> Option<String> {
        let mut lookup = lookup_text(entry)?;
        let name = format!("{}_{}", lookup.on.as_str(), lookup.column.as_str());
        if self.lookups.iter().all(|known| known.into.as_deref() != Some(name.as_str())) {
            let data_type = ColumnType::Text;
            self.known.push(KnownColumn { name: name.clone(), data_type: Some(data_type) });
            self.contract.columns.push(Column {
                name: name.clone(),
                data_type,
                nullable: true,
                required: false,
                headers: Vec::new(),
                format: ValueFormat::default(),
            });
            lookup.into = Some(name.clone());
            self.lookups.push(lookup);
        }
        Some(name)
    }
}

fn header_match(reader: &mut Reader<'_>, format: &Format) -> HeaderMatch {
    let Some(text) = reader.optional_text("header_match") else { return HeaderMatch::Exact };
    if !format.has_header_row() {
        text.report("'header_match' has no effect in a file without a header row");
    }
    text.choice(&[("exact", HeaderMatch::Exact), ("folded", HeaderMatch::Folded)]).unwrap_or_default()
}

/// Reports every alias that is, folded, also a header or an alias of another column. Headers may fold alike: as long as
/// the file has them letter by letter, each finds its own.
fn report_shared_aliases(headers: &[Vec<Text<'_>>]) {
    for (place, own) in headers.iter().enumerate() {
        for alias in own.iter().skip(1) {
            let claims = |text: &&Text<'_>| folded(text.as_str()) == folded(alias.as_str());
            let others = headers.iter().enumerate().filter(|(other, _)| *other != place);
            // Of two aliases, the later one is reported.
            let claimed = |(other, texts): (usize, &Vec<Text<'_>>)| {
                texts.iter().take(if other < place { usize::MAX } else { 1 }).find(claims).is_some()
            };
            if others.into_iter().any(claimed) {
                alias.report(format!("the alias '{}' is claimed by another column too", alias.as_str()));
            }
        }
    }
}

fn column_type(text: &Text<'_>) -> Option<ColumnType> {
    text.as_str()
        .parse()
        .map_err(|error| {
            // The message says how decimal is written; only the other words can be a slip.
            let types = ["text", "integer", "decimal", "boolean", "date", "timestamp"];
            let message = format!("'type' is '{}', which {error}", text.as_str());
            text.report_unknown(message, types.into_iter().filter(|_| !text.as_str().starts_with("decimal")));
        })
        .ok()
}
