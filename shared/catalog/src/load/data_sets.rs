//! Extracted data sets, read in two passes: first what others refer to, then what refers to others.
//!
//! A data set is `within` an earlier one only, so that the earlier population is known when rows are judged.

use tieout_model::Contract;

use super::columns::columns;
use super::completeness::tests;
use super::database::{self, QueryHead};
use super::formats::{Format, compression, format};
use super::forms;
use super::names::{Names, Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::row_rules::total_row;
use super::value::Text;
use crate::definition::{DataSet, DataSetQuery, FilesQuery, PeriodStart, Scope, Within};
use crate::folder::ControlFolder;

/// A data set of which only the first pass is done.
pub(crate) struct DataSetHead<'a> {
    reader: Reader<'a>,
    /// Its place among the data sets of `Names`.
    index: usize,
    /// Its name with its place.
    pub(crate) name: Option<Text<'a>>,
    origin: Origin<'a>,
    contract: Contract,
}

/// Where the rows come from.
enum Origin<'a> {
    Files(Option<FilesQuery>),
    Query(Box<QueryHead<'a>>),
}

/// First pass: name, file or query, format and columns, which are entered into `names`.
pub(crate) fn head<'a>(mut reader: Reader<'a>, names: &mut Names) -> DataSetHead<'a> {
    let name = reader.text("name");
    let (origin, format) = origin(&mut reader);
    // A data set without a name has its place too: it is reported already, and its rest is read for more mistakes.
    let shown = name.as_ref().map(forms::name).unwrap_or_default();
    let (contract, table) = columns(&mut reader, shown, &format);
    let index = names.enter(table);
    DataSetHead { reader, index, name, origin, contract }
}

/// Reads what a data set is read from, and how values are written there.
fn origin<'a>(reader: &mut Reader<'a>) -> (Origin<'a>, Format) {
    let Some(path) = reader.optional_text("query") else {
        let (files, format) = files(reader);
        return (Origin::Files(files), format);
    };
    for key in ["file", "format", "compression"] {
        if reader.has(key) {
            path.report_with_help(format!("'query' and '{key}' exclude each other"), "put file keys into 'export'");
        }
    }
    let export = reader.optional("export").and_then(|value| read_table(&value, |entry| Some(files(entry))));
    let (export, format) = export.unwrap_or_else(|| (None, Format::unknown()));
    (Origin::Query(Box::new(database::head(reader, path, export))), format)
}

/// Reads the keys `file`, `format` and `compression`.
fn files(reader: &mut Reader<'_>) -> (Option<FilesQuery>, Format) {
    let file = reader.text("file").map(|text| forms::pattern(&text));
    let compression = compression(reader);
    let format = reader.table("format", format).unwrap_or_else(Format::unknown);
    let query = file.zip(format.file.clone()).map(|(file, format)| FilesQuery { file, format, compression });
    (query, format)
}

impl DataSetHead<'_> {
    /// The path of the SQL file, where the data set is read by one.
    pub(crate) fn sql_path(&self) -> Option<&str> {
        match &self.origin {
            Origin::Files(_) => None,
            Origin::Query(head) => Some(head.path()),
        }
    }

    /// Second pass: everything that refers to sources, columns and other data sets.
    pub(crate) fn body(self, names: &Names, folder: &ControlFolder) -> Option<DataSet> {
        let Self { mut reader, index, name, origin, mut contract } = self;
        let table = names.tables.get(index)?;
        let source_text = reader.text("source");
        let source = source_text.as_ref().map(|text| source(text, names));
        contract.key = key(&mut reader, table);
        contract.total_row = total_row(&mut reader, table, &contract.amounts);
        let scope = scope(&mut reader, table, names);
        let rejects_tolerated = reader.optional("rejects_tolerated").map_or(Some(0), |value| value.whole());
        let tests = tests(&mut reader, table, &contract.key, names);
        let document = reader.document();
        reader.finish();
        let query = match origin {
            Origin::Files(files) => {
                refuse_database(source_text.as_ref(), names);
                files.map(DataSetQuery::Files)
            }
            Origin::Query(head) => head.body((document, folder), source_text.as_ref(), &contract, names),
        };
        Some(DataSet {
            name: name?.to_owned(),
            source: source?,
            query: query?,
            contract,
            scope,
            rejects_tolerated: rejects_tolerated?,
            tests,
        })
    }
}

/// Reports a database as the source of a data set that is read from files.
fn refuse_database(source: Option<&Text<'_>>, names: &Names) {
    if let Some(source) = source
        && let Some(kind) = database::kind_of(source, names)
        && kind.database().is_some()
    {
        let message = format!("source '{}' is a database, and this data set has no 'query'", source.as_str());
        source.report_with_help(message, "give the .sql file as 'query', and the file as 'export'");
    }
}

/// Reads the key `key`: columns of the table, each once; absent is no key.
pub(crate) fn key(reader: &mut Reader<'_>, table: &Table) -> Vec<String> {
    columns_of(&reader.optional_texts("key"), table)
}

/// The names of columns that must be in a table, each once.
fn columns_of(texts: &[Text<'_>], table: &Table) -> Vec<String> {
    report_duplicates(texts, "columns here");
    for text in texts {
        table.column(text);
    }
    texts.iter().map(Text::to_owned).collect()
}

fn source(text: &Text<'_>, names: &Names) -> String {
    if !names.sources.iter().any(|(name, _)| name == text.as_str()) {
        let known = names.sources.iter().map(|(name, _)| name.as_str());
        text.report_unknown(format!("there is no source '{}'", text.as_str()), known);
    }
    text.to_owned()
}

fn scope(reader: &mut Reader<'_>, table: &Table, names: &Names) -> Scope {
    let cutoff_column = reader.optional_text("cutoff_column");
    if let Some(text) = &cutoff_column {
        table.expect_type(text, "a date or timestamp", super::is_temporal);
    }
    let since_text = reader.optional_text("since");
    let starts = [("month_start", PeriodStart::MonthStart), ("year_start", PeriodStart::YearStart)];
    let since = since_text.as_ref().and_then(|text| text.choice(&starts));
    if let (Some(text), None) = (&since_text, &cutoff_column) {
        text.report("'since' needs a 'cutoff_column'");
    }
    let within = reader.optional("within").and_then(|value| read_table(&value, |entry| within(entry, table, names)));
    Scope { cutoff_column: cutoff_column.map(|text| text.to_owned()), since, within }
}

fn within(entry: &mut Reader<'_>, table: &Table, names: &Names) -> Option<Within> {
    let header = entry.text("data_set");
    let on = entry.texts("on");
    let (header, on) = (header?, on?);
    if let Some(header_table) = names.table(&header) {
        // Extracted data sets stand in `names` in their order; derived ones come after all of them.
        let place = |wanted: &Table| names.tables.iter().position(|table| std::ptr::eq(table, wanted));
        if place(header_table) >= place(table) {
            let message =
                format!("'{}' must be within an earlier data set, and '{}' is none", table.name, header.as_str());
            header.report(message);
        } else {
            for text in &on {
                same_column(text, table, header_table);
            }
        }
    }
    let data_set = header.to_owned();
    Some(Within { data_set, on: columns_of(&on, table) })
}

/// Reports a column that two data sets do not have under the same name and type; the first is looked at elsewhere.
fn same_column(text: &Text<'_>, table: &Table, other: &Table) {
    let own = table.columns.iter().flatten().find(|column| column.name == text.as_str());
    let others = other.column(text);
    if let (Some(own), Some(others)) = (own.and_then(|own| own.data_type), others.and_then(|column| column.data_type))
        && own != others
    {
        text.report(format!(
            "column '{}' is {own} in '{}' and {others} in '{}'",
            text.as_str(),
            table.name,
            other.name
        ));
    }
}
