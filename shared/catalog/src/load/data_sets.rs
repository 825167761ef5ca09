//! Extracted data sets, read in two passes: first what others refer to, then what refers to others.
//!
//! A data set is `within` an earlier one only, so that the earlier population is known when rows are judged.

use tieout_model::Contract;

use super::columns::{Columns, columns};
use super::completeness::tests;
use super::database::{self, QueryHead};
use super::formats::{Format, compression, format};
use super::forms;
use super::names::{Names, Table, report_duplicates};
use super::reader::{Reader, read_table};
use super::row_rules::{LookupText, total_row, zone};
use super::scope::{only_for, scope};
use super::value::Text;
use crate::definition::{DataSet, DataSetQuery, FilesQuery};
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
    lookups: Vec<LookupText<'a>>,
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
    let Columns { contract, table, lookups } = columns(&mut reader, shown, &format);
    let index = names.enter(table);
    DataSetHead { reader, index, name, origin, contract, lookups }
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

impl<'a> DataSetHead<'a> {
    /// The path of the SQL file, where the data set is read by one.
    pub(crate) fn sql_path(&self) -> Option<&str> {
        match &self.origin {
            Origin::Files(_) => None,
            Origin::Query(head) => Some(head.path()),
        }
    }

    /// Second pass: everything that refers to sources, columns and other data sets.
    ///
    /// What it looks up in tables of the definition is added to `lookups`, under its name.
    pub(crate) fn body(
        self,
        names: &Names,
        folder: &ControlFolder,
        lookups: &mut Vec<(String, Vec<LookupText<'a>>)>,
    ) -> Option<DataSet> {
        let Self { mut reader, index, name, origin, mut contract, lookups: mut own } = self;
        let table = names.tables.get(index)?;
        let source_text = reader.text("source");
        let source = source_text.as_ref().map(|text| source(text, names));
        contract.key = key(&mut reader, table);
        contract.total_row = total_row(&mut reader, table, &contract.amounts);
        own.extend(zone(&mut reader, &mut contract));
        lookups.push((table.name.clone(), own));
        let scope = scope(&mut reader, table, names);
        let only_for = reader.optional("only_for").and_then(|value| read_table(&value, |entry| only_for(entry, names)));
        let optional = reader.flag_or("optional", false);
        let rejects_tolerated = reader.optional("rejects_tolerated").map_or(Some(0), |value| value.whole());
        let tests = tests(&mut reader, table, &contract.key, names);
        let document = reader.document();
        reader.finish();
        let query = match origin {
            Origin::Files(files) => {
                refuse_database(source_text.as_ref(), names);
                check_definition(source_text.as_ref(), files.as_ref(), (names, folder));
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
            only_for,
            optional,
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

/// Reports a table of the definition whose file is not in the control's folder.
fn check_definition(source: Option<&Text<'_>>, files: Option<&FilesQuery>, (names, folder): (&Names, &ControlFolder)) {
    let (Some(source), Some(files)) = (source, files) else { return };
    let Some(tables) = names.definition_folder(source.as_str()) else { return };
    let path = format!("{tables}/{}", files.file);
    if !folder.files.contains_key(&path) {
        let below = format!("{tables}/");
        let known = folder.files.keys().map(String::as_str).filter(|file| file.starts_with(&below));
        source.report_unknown(format!("there is no file '{path}' in the control's folder"), known);
    }
}

/// Reads the key `key`: columns of the table, each once; absent is no key.
pub(crate) fn key(reader: &mut Reader<'_>, table: &Table) -> Vec<String> {
    columns_of(&reader.optional_texts("key"), table)
}

/// The names of columns that must be in a table, each once.
pub(crate) fn columns_of(texts: &[Text<'_>], table: &Table) -> Vec<String> {
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
