//! Derived data sets: a name, a `.sql` file, and what is promised of the answer.
//!
//! Each may read from every data set before it, and every `.sql` file of the folder belongs to one.

use std::collections::BTreeMap;

use tieout_model::{AmountColumn, ColumnSchema, ColumnType};

use super::columns::currency_of;
use super::completeness::tests;
use super::data_sets::key;
use super::document::{Document, place_of};
use super::forms;
use super::names::{KnownAmount, Names, Table, planned_columns, report_duplicates};
use super::reader::Reader;
use super::value::Text;
use crate::definition::Derived;
use crate::diagnostic::Diagnostic;
use crate::folder::{ControlFolder, DEFINITION_FILE, SAMPLE_FOLDER};
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

/// Reports every `.sql` file of the folder that no derived data set names.
pub(crate) fn report_unused(document: &Document<'_>, folder: &ControlFolder, used: &[String]) {
    for path in folder.files.keys() {
        let is_sql = forms::is_sql(path) && !path.starts_with(&format!("{SAMPLE_FOLDER}/"));
        if is_sql && !used.contains(path) {
            let message = format!("no [[derived]] entry of {DEFINITION_FILE} names this file");
            let help = Some("name it there or remove it".to_owned());
            document.add(Diagnostic { file: format!("{}/{path}", folder.name), line: 1, column: 1, message, help });
        }
    }
}

/// The text of a `.sql` file, with its mistakes reported in that file.
fn sql_text(
    document: &Document<'_>,
    path: &Text<'_>,
    folder: &ControlFolder,
    vocabulary: &Vocabulary<'_>,
) -> Option<String> {
    forms::path(path);
    if forms::path_problem(path.as_str()).is_some() {
        return None;
    }
    if !forms::is_sql(path.as_str()) {
        path.report(format!("'sql' is '{}', which does not end in .sql", path.as_str()));
        return None;
    }
    let Some(bytes) = folder.files.get(path.as_str()) else {
        let known = folder.files.keys().map(String::as_str).filter(|file| forms::is_sql(file));
        path.report_unknown(format!("there is no file '{}' in the control's folder", path.as_str()), known);
        return None;
    };
    let file = format!("{}/{}", folder.name, path.as_str());
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            document.add(not_utf8(file, bytes, error));
            return None;
        }
    };
    for mistake in query_mistakes(text, vocabulary) {
        let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let (line, column) = (number(mistake.line), number(mistake.column));
        document.add(Diagnostic { file: file.clone(), line, column, message: mistake.message, help: mistake.help });
    }
    Some(text.to_owned())
}

/// The diagnostic of a file that is not UTF-8, at its first bad byte.
pub(crate) fn not_utf8(file: String, bytes: &[u8], error: std::str::Utf8Error) -> Diagnostic {
    let good = bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let (line, column) = place_of(good, good.len());
    Diagnostic {
        file,
        line,
        column,
        message: "the file is not UTF-8 text".to_owned(),
        help: Some("save it as UTF-8".to_owned()),
    }
}
