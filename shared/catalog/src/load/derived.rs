//! Derived data sets: a name, a `.sql` or rule file, and what is promised of the answer.
//!
//! Each may read from every data set before it, and every `.sql` file of the folder belongs to one.

use std::collections::BTreeMap;

use tieout_model::{AmountColumn, ColumnSchema, ColumnType};

use super::columns::currency_of;
use super::completeness::tests;
use super::data_sets::key;
use super::document::Document;
use super::forms;
use super::names::{KnownAmount, Names, Table, planned_columns, report_duplicates};
use super::reader::Reader;
use super::rule_file::read_rules;
use super::sql_file::{read_sql, report_mistakes};
use super::value::Text;
use crate::definition::{Derived, DerivedBy};
use crate::folder::ControlFolder;
use crate::sql::{Vocabulary, query_mistakes};

/// A derived data set of which only the first pass is done.
pub(crate) struct DerivedHead<'a> {
    reader: Reader<'a>,
    /// Its place among the data sets of `Names`.
    index: usize,
    /// Its name with its place.
    pub(crate) name: Option<Text<'a>>,
    sql: Option<Text<'a>>,
    classify: Option<Text<'a>>,
    excluded_by: Option<Text<'a>>,
    amounts: Vec<AmountColumn>,
    amount_columns: Vec<Text<'a>>,
    currency_columns: Vec<Text<'a>>,
}

/// First pass: name, SQL file and amounts, which are entered into `names`.
pub(crate) fn head<'a>(
    mut reader: Reader<'a>,
    names: &mut Names,
    schemas: &BTreeMap<String, Vec<ColumnSchema>>,
) -> DerivedHead<'a> {
    let name = reader.text("name");
    let classify = reader.optional_text("classify");
    let sql = if classify.is_some() { reader.optional_text("sql") } else { reader.text("sql") };
    if let (Some(classify), Some(_)) = (&classify, &sql) {
        classify.report("'classify' and 'sql' exclude each other");
    }
    let excluded_by = reader.optional_text("excluded_by");
    let (mut amount_columns, mut currency_columns) = (Vec::new(), Vec::new());
    let mut known = Vec::new();
    let amounts = reader.each("amounts", |entry| {
        let column = entry.text("column");
        let currency = currency_of(entry, &mut currency_columns);
        let column = column?;
        known.push(KnownAmount { column: column.to_owned(), currency: currency.clone() });
        if !entry.has("currency") && !entry.has("currency_column") {
            column.report(format!("amount column '{}' needs 'currency' or 'currency_column'", column.as_str()));
        }
        amount_columns.push(column.clone());
        Some(AmountColumn { column: column.to_owned(), currency: currency? })
    });
    // A data set without a name has its place too: it is reported already, and its rest is read for more mistakes.
    let shown = name.as_ref().map(forms::name).unwrap_or_default();
    let columns = planned_columns(schemas, &shown);
    let index = names.enter(Table { name: shown, columns, amounts: known });
    DerivedHead { reader, index, name, sql, classify, excluded_by, amounts, amount_columns, currency_columns }
}

impl DerivedHead<'_> {
    /// Second pass: the SQL, and everything that refers to columns and other data sets.
    pub(crate) fn body(self, names: &Names, folder: &ControlFolder) -> Option<Derived> {
        let Self { mut reader, index, name, sql, classify, excluded_by, amounts, amount_columns, currency_columns } =
            self;
        let table = names.tables.get(index)?;
        report_duplicates(&amount_columns, "amounts");
        for text in &amount_columns {
            table.expect_type(text, "decimal", |data_type| matches!(data_type, ColumnType::Decimal { .. }));
        }
        for text in &currency_columns {
            table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
        }
        let key = key(&mut reader, table);
        let from = classify.as_ref().and_then(|_| reader.text("from"));
        let tests = tests(&mut reader, table, &key, names);
        let document = reader.document();
        reader.finish();
        let by = match (&classify, &sql) {
            (Some(path), _) => {
                if let Some(text) = &excluded_by {
                    text.report("'excluded_by' needs 'sql': a classification keeps every row");
                }
                classification(document, path, from.as_ref(), (names, index), folder)
            }
            (None, Some(path)) => by_sql(document, path, (names, index), folder),
            (None, None) => None,
        };
        let excluded_by = excluded_by.map(|text| text.to_owned());
        Some(Derived { name: name?.to_owned(), by: by?, key, amounts, tests, excluded_by })
    }

    /// The path of the SQL file, where one is given.
    pub(crate) fn sql_path(&self) -> Option<&str> {
        self.sql.as_ref().map(Text::as_str)
    }
}

/// The `.sql` file of a derived data set, with its mistakes reported in that file.
fn by_sql(
    document: &Document<'_>,
    path: &Text<'_>,
    (names, index): (&Names, usize),
    folder: &ControlFolder,
) -> Option<DerivedBy> {
    let earlier = names.tables.iter().take(index).map(|table| table.name.as_str()).chain(names.lists());
    let vocabulary = Vocabulary { parameters: names.parameters(), tables: earlier.collect(), columns: None };
    let text = read_sql(document, "sql", path, folder)?;
    report_mistakes(document, folder, path.as_str(), query_mistakes(&text, &vocabulary));
    Some(DerivedBy::Sql { path: path.to_owned(), text })
}

/// The rule file of a classification, with its mistakes reported in that file.
fn classification(
    document: &Document<'_>,
    path: &Text<'_>,
    from: Option<&Text<'_>>,
    (names, index): (&Names, usize),
    folder: &ControlFolder,
) -> Option<DerivedBy> {
    let table = from.and_then(|text| names.table(text));
    if let (Some(text), Some(table)) = (from, table)
        && !names.tables.iter().take(index).any(|earlier| std::ptr::eq(earlier, table))
    {
        text.report(format!("'{}' is no data set before this one", text.as_str()));
    }
    let rules = read_rules(document, path, table, folder)?;
    Some(DerivedBy::Rules { path: path.to_owned(), from: from?.to_owned(), rules })
}
