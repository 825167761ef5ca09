//! The loader: from the files of a control to its definition, or to every mistake in them.
//!
//! One walk serves both moments: without the columns of derived data sets references to those are let pass, and with
//! them (`check_schemas`) the same walk looks at every reference. Names are collected before references are read.

mod assertions;
mod columns;
mod comparisons;
mod completeness;
mod data_sets;
mod database;
mod definition_tables;
mod derived;
mod document;
mod formats;
mod forms;
mod names;
mod parameters;
mod quoted;
mod reader;
mod row_rules;
mod rule_file;
mod scope;
mod settings;
mod sql_file;
mod threshold_checks;
mod threshold_contracts;
mod tie_outs;
mod toml_file;
mod value;
mod value_formats;

use std::collections::BTreeMap;

use tieout_model::{ColumnSchema, ColumnType, ControlId, Digest, Sha256Stream, ThresholdContract};
use toml::de::DeTable;

use self::definition_tables::table_path;
use self::document::Document;
use self::names::{Names, report_duplicates};
use self::reader::Reader;
use self::value::Text;
use crate::definition::{Control, DataSet, DataSetQuery, Derived, Person};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::{ControlFolder, DEFINITION_FILE};

pub use self::definition_tables::table_folders;
pub(crate) use self::document::place_of;
pub(crate) use self::quoted::offset_in_source;

/// Columns of data sets by name.
type Schemas = BTreeMap<String, Vec<ColumnSchema>>;

/// The definition of a control, checked as far as its own files go: `check_schemas` does the rest.
///
/// Fails with every mistake of all files.
pub fn load(folder: &ControlFolder) -> Result<Control, Diagnostics> {
    walk(folder, &Schemas::new())
}

/// Checks every reference into derived data sets, whose columns the SQL engine knows.
///
/// `schemas` has the columns of each derived data set by name; entries of extracted ones are not needed. Fails with
/// every mistake, a derived data set without an entry among them.
pub fn check_schemas(control: &Control, folder: &ControlFolder, schemas: &Schemas) -> Result<(), Diagnostics> {
    let missing = control.derived.iter().filter(|derived| !schemas.contains_key(&derived.name));
    let missing = missing.map(|derived| Diagnostic {
        file: format!("{}/{}", folder.name, derived.path()),
        line: 1,
        column: 1,
        message: format!("the columns of '{}' are not known", derived.name),
        help: None,
    });
    let found = walk(folder, schemas).err();
    Diagnostics::new(missing.chain(found.into_iter().flatten()).collect()).into_result()
}

/// Digest of a definition: for each file in order of path, the length of the path in bytes (64 bits, big endian),
/// the path, the length of the content, the content.
pub fn definition_digest(files: &BTreeMap<String, Vec<u8>>) -> Digest {
    let mut stream = Sha256Stream::default();
    for (path, content) in files {
        stream.update_delimited(path.as_bytes());
        stream.update_delimited(content);
    }
    stream.finish().0
}

/// Reads all files, with the columns of derived data sets as far as they are known.
fn walk(folder: &ControlFolder, schemas: &Schemas) -> Result<Control, Diagnostics> {
    let file = format!("{}/{DEFINITION_FILE}", folder.name);
    let at_start = |message: String| {
        Diagnostics::new(vec![Diagnostic { file: file.clone(), line: 1, column: 1, message, help: None }])
    };
    let id = folder.name.parse::<ControlId>().map_err(|error| at_start(format!("the folder's name {error}")))?;
    let bytes = folder.files.get(DEFINITION_FILE).ok_or_else(|| at_start("the file is missing".to_owned()))?;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Diagnostics::new(vec![sql_file::not_utf8(file.clone(), bytes, error)]))?;
    let document = Document::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let reader = Reader::new((&document, table.get_ref(), 0..0));
        let control = control(reader, id, folder, schemas);
        if control.is_none() {
            document.report_left_out(0);
        }
        let diagnostics = document.into_diagnostics();
        return control.filter(|_| diagnostics.is_empty()).ok_or(diagnostics);
    }
    for error in errors {
        // What the parser recovered is not read further: what it lost would be reported as missing.
        document.report(error.span().map_or(0, |span| span.start), format!("TOML: {}", error.message()), None);
    }
    Err(document.into_diagnostics())
}

/// Reads the whole of `control.toml`.
fn control(mut reader: Reader<'_>, id: ControlId, folder: &ControlFolder, schemas: &Schemas) -> Option<Control> {
    check_head(&mut reader, &id);
    let title = reader.text("title").map(|text| forms::line(&text));
    let description = reader.text("description").map(|text| forms::prose(&text));
    let (owner, reviewer) = people(&mut reader);
    let cutoff = reader.table("cutoff", settings::cutoff);
    let mut names = Names::default();
    let mut parameter_names = Vec::new();
    let parameters = named(&mut reader, "parameters", |entry, texts| {
        let head = parameters::head(entry, &mut names, texts);
        parameter_names.clone_from(texts);
        head
    });
    let sources = named(&mut reader, "sources", |entry, texts| settings::source(entry, &mut names, texts));
    let thresholds = named(&mut reader, "thresholds", |entry, texts| tie_outs::threshold(entry, &mut names, texts));
    let (data_sets, derived) = tables(&mut reader, &mut names, folder, schemas);
    database::report_unused_parameters(&parameter_names, folder, &data_sets);
    let parameters = bodies(parameters, reader.document(), |head| head.body(&names, &data_sets, folder));
    let mut ids = Vec::new();
    let comparisons = reader.each("comparisons", |entry| comparisons::comparison(entry, &names, &mut ids));
    let tie_outs = reader.each("tie_outs", |entry| tie_outs::tie_out(entry, &names, &mut ids));
    let assertions = reader.each("assertions", |entry| assertions::assertion(entry, &names, &mut ids));
    let contracts =
        named(&mut reader, "threshold_contracts", |entry, texts| threshold_contracts::contract(entry, folder, texts));
    let threshold_checks =
        reader.each("threshold_checks", |entry| threshold_checks::threshold_check(entry, &names, &contracts, &mut ids));
    report_duplicates(&ids, "comparisons, tie-outs, assertions or threshold checks");
    if !["comparisons", "tie_outs", "assertions", "threshold_checks"].iter().any(|key| reader.has(key)) {
        reader.report("the control checks nothing: add a comparison, a tie-out or an assertion");
    }
    let notify = reader.table("notify", |entry| settings::notify(entry, owner.as_ref(), reviewer.as_ref()));
    reader.finish();
    let files = definition_files(folder, &names, &data_sets, &derived, &contracts);
    let digest = definition_digest(&files);
    Some(Control {
        id,
        title: title?,
        description: description?,
        owner: owner?,
        reviewer: reviewer?,
        cutoff: cutoff?,
        parameters,
        sources,
        data_sets,
        derived,
        comparisons,
        tie_outs,
        assertions,
        thresholds,
        threshold_contracts: contracts,
        threshold_checks,
        notify: notify?,
        files,
        digest,
    })
}

/// Reads `schema` and `id`, which must be what the program and the folder say.
fn check_head(reader: &mut Reader<'_>, id: &ControlId) {
    if let Some(value) = reader.required("schema")
        && let Some(schema) = value.whole::<u32>()
        && schema != 1
    {
        value.report(format!("'schema' is {schema}; this program reads schema 1"));
    }
    if let Some(text) = reader.text("id")
        && text.as_str() != id.as_str()
    {
        text.report(format!("'id' is '{}', but the folder is named '{id}'", forms::visible(text.as_str())));
    }
}

/// Reads owner and reviewer, who must not be the same.
fn people(reader: &mut Reader<'_>) -> (Option<Person>, Option<Person>) {
    let owner = reader.table("owner", forms::person);
    let reviewer = reader.table("reviewer", |entry| {
        let person = forms::person(entry)?;
        if owner.as_ref().is_some_and(|owner| owner.email.eq_ignore_ascii_case(&person.email)) {
            entry.report("the reviewer must not be the owner: nobody reviews their own work");
        }
        Some(person)
    });
    (owner, reviewer)
}

/// Reads an array of tables whose names must differ.
fn named<'a, T>(
    reader: &mut Reader<'a>,
    key: &'static str,
    mut read: impl FnMut(&mut Reader<'a>, &mut Vec<Text<'a>>) -> Option<T>,
) -> Vec<T> {
    let mut texts = Vec::new();
    let values = reader.each(key, |entry| read(entry, &mut texts));
    report_duplicates(&texts, key);
    values
}

/// Reads data sets and derived data sets: the heads of all, then the bodies, which refer to any of them.
fn tables(
    reader: &mut Reader<'_>,
    names: &mut Names,
    folder: &ControlFolder,
    schemas: &Schemas,
) -> (Vec<DataSet>, Vec<Derived>) {
    if let Some(value) = reader.required("data_sets") {
        value.require_entries();
    }
    let data_sets: Vec<_> = reader.tables("data_sets").into_iter().map(|entry| data_sets::head(entry, names)).collect();
    let derived: Vec<_> =
        reader.tables("derived").into_iter().map(|entry| derived::head(entry, names, schemas)).collect();
    let texts = data_sets.iter().filter_map(|head| head.name.clone());
    let texts: Vec<_> = texts.chain(derived.iter().filter_map(|head| head.name.clone())).collect();
    report_duplicates(&texts, "data sets");
    for text in texts.iter().filter(|text| names.lists().contains(&text.as_str())) {
        text.report(format!("the list parameter '{}' is a table of that name already", text.as_str()));
    }
    let used = data_sets.iter().filter_map(|head| head.sql_path());
    let used: Vec<_> = used.chain(derived.iter().filter_map(|head| head.sql_path())).map(str::to_owned).collect();
    sql_file::report_unused(reader.document(), folder, &used);
    let mut lookups = Vec::new();
    let data_sets: Vec<_> = data_sets.into_iter().map(|head| head.body(names, folder, &mut lookups)).collect();
    let derived: Vec<_> = derived.into_iter().map(|head| head.body(names, folder)).collect();
    if data_sets.iter().any(Option::is_none) || derived.iter().any(Option::is_none) {
        reader.document().report_left_out(0);
    }
    let mut data_sets: Vec<_> = data_sets.into_iter().flatten().collect();
    row_rules::resolve(&mut data_sets, &lookups, names, folder);
    (data_sets, derived.into_iter().flatten().collect())
}

/// `control.toml`, every `.sql` file that it names, and every table that is part of the definition.
fn definition_files(
    folder: &ControlFolder,
    names: &Names,
    data_sets: &[DataSet],
    derived: &[Derived],
    contracts: &[ThresholdContract],
) -> BTreeMap<String, Vec<u8>> {
    let queries = data_sets.iter().filter_map(|data_set| match &data_set.query {
        DataSetQuery::Database(query) => Some(query.path.clone()),
        DataSetQuery::Files(_) => {
            names.definition_folder(&data_set.source).and_then(|folder| table_path(folder, data_set))
        }
    });
    let versions = contracts.iter().flat_map(|contract| &contract.versions).map(|version| version.path.clone());
    let computed = derived.iter().map(|derived| derived.path().to_owned());
    let listed: Vec<String> = queries.chain(computed).chain(versions).collect();
    let is_named = |path: &String| path == DEFINITION_FILE || listed.contains(path);
    folder.files.iter().filter(|(path, _)| is_named(path)).map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
}

/// Second passes over what a first pass read; what could not be read is left out and said so.
fn bodies<H, T>(heads: Vec<H>, document: &Document<'_>, body: impl FnMut(H) -> Option<T>) -> Vec<T> {
    let read: Vec<Option<T>> = heads.into_iter().map(body).collect();
    if read.iter().any(Option::is_none) {
        document.report_left_out(0);
    }
    read.into_iter().flatten().collect()
}

/// Whether a type is a date or a timestamp.
fn is_temporal(data_type: ColumnType) -> bool {
    matches!(data_type, ColumnType::Date | ColumnType::Timestamp)
}
