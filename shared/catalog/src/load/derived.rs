//! Derived data sets: a name, a `.sql` file, and what is promised of the answer.
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
use super::sql_file::{read_sql, report_mistakes};
use super::value::Text;
use crate::definition::Derived;
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
    let sql = reader.text("sql");
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
    DerivedHead { reader, index, name, sql, amounts, amount_columns, currency_columns }
}

impl DerivedHead<'_> {
    /// Second pass: the SQL, and everything that refers to columns and other data sets.
    pub(crate) fn body(self, names: &Names, folder: &ControlFolder) -> Option<Derived> {
        let Self { mut reader, index, name, sql, amounts, amount_columns, currency_columns } = self;
        let table = names.tables.get(index)?;
        report_duplicates(&amount_columns, "amounts");
        for text in &amount_columns {
            table.expect_type(text, "decimal", |data_type| matches!(data_type, ColumnType::Decimal { .. }));
        }
        for text in &currency_columns {
            table.expect_type(text, "text", |data_type| data_type == ColumnType::Text);
        }
        let key = key(&mut reader, table);
        let tests = tests(&mut reader, table, &key, names);
        let document = reader.document();
        reader.finish();
        let earlier = names.tables.iter().take(index).map(|table| table.name.as_str());
        let vocabulary = Vocabulary { parameters: names.parameters(), tables: earlier.collect(), columns: None };
        let text = sql.as_ref().and_then(|path| sql_text(document, path, folder, &vocabulary));
        Some(Derived { name: name?.to_owned(), sql_path: sql?.to_owned(), sql: text?, key, amounts, tests })
    }

    /// The path of the SQL file, where one is given.
    pub(crate) fn sql_path(&self) -> Option<&str> {
        self.sql.as_ref().map(Text::as_str)
    }
}

/// The text of the `.sql` file of a derived data set, with its mistakes reported in that file.
fn sql_text(
    document: &Document<'_>,
    path: &Text<'_>,
    folder: &ControlFolder,
    vocabulary: &Vocabulary<'_>,
) -> Option<String> {
    let text = read_sql(document, "sql", path, folder)?;
    report_mistakes(document, folder, path.as_str(), query_mistakes(&text, vocabulary));
    Some(text)
}
