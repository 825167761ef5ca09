//! Databases: the keys of a source that is one, and those of a data set that is read from it.
//!
//! What the text of a query may say is checked by `database_sql`; here it is found and put together.

use tieout_model::Contract;

use super::document::Document;
use super::forms;
use super::names::{Names, report_duplicates};
use super::reader::{Reader, read_table};
use super::sql_file::{read_sql, report_mistakes};
use super::value::{Text, Value};
use crate::database_sql::{DatabaseVocabulary, database_mistakes};
use crate::definition::{
    Chunks, DataSet, DataSetQuery, DatabaseQuery, DatabaseSource, FilesQuery, Isolation, SourceKind,
};
use crate::folder::{ControlFolder, DEFINITION_FILE};

/// The longest statement when the definition says nothing, in seconds.
const STATEMENT_TIMEOUT_SECONDS: u32 = 900;

/// The most data sets that may be read side by side.
const MAX_CONNECTIONS: u32 = 64;

/// Reads the keys of a source that is a database.
pub(crate) fn source(reader: &mut Reader<'_>, isolation: Isolation) -> Option<DatabaseSource> {
    let secret = reader.text("secret").map(|text| forms::secret_name(&text));
    let connections = at_least_one(reader.optional("connections"), 1, MAX_CONNECTIONS);
    let words = [Isolation::Snapshot, Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable];
    let words = words.map(|isolation| (isolation.as_str(), isolation));
    let isolation = reader.optional_text("isolation").map_or(Some(isolation), |text| text.choice(&words));
    let timeout = reader.optional("statement_timeout_seconds");
    let timeout = at_least_one(timeout, STATEMENT_TIMEOUT_SECONDS, 24 * 60 * 60);
    let databases = reader.optional_texts("databases");
    report_duplicates(&databases, "databases");
    Some(DatabaseSource {
        secret: secret?,
        connections: connections?,
        isolation: isolation?,
        statement_timeout_seconds: timeout?,
        databases: databases.iter().map(Text::to_owned).collect(),
    })
}

fn at_least_one(value: Option<Value<'_>>, default: u32, most: u32) -> Option<u32> {
    let Some(value) = value else { return Some(default) };
    let number = value.whole::<u32>()?;
    if number == 0 || number > most {
        value.report(format!("{} is {number}; it must be from 1 to {most}", value.name()));
    }
    Some(number)
}

/// The keys of a data set that is read from a database, before references are looked at.
pub(crate) struct QueryHead<'a> {
    path: Text<'a>,
    population: Option<Text<'a>>,
    control_total: Vec<Text<'a>>,
    chunks: Option<(Option<Text<'a>>, Option<u64>)>,
    export: Option<FilesQuery>,
}

/// Reads the keys of a query; `export` was read already, for it says how columns are written in files.
pub(crate) fn head<'a>(reader: &mut Reader<'a>, path: Text<'a>, export: Option<FilesQuery>) -> QueryHead<'a> {
    let population = reader.text("population");
    let control_total = reader.required("control_total").map(|value| one_or_more(&value)).unwrap_or_default();
    let chunks = reader.optional("chunks").and_then(|value| {
        read_table(&value, |entry| {
            let column = entry.text("column");
            let rows = entry.required("rows").and_then(|value| {
                let rows = value.whole::<u64>()?;
                if rows == 0 {
                    value.report("'rows' must be at least 1");
                }
                Some(rows.max(1))
            });
            Some((column, rows))
        })
    });
    QueryHead { path, population, control_total, chunks, export }
}

/// The texts of a value that is a text or an array of texts.
fn one_or_more<'a>(value: &Value<'a>) -> Vec<Text<'a>> {
    if value.is_text() {
        return value.text().into_iter().collect();
    }
    value.require_entries();
    value.texts().unwrap_or_default()
}

impl QueryHead<'_> {
    /// The path of the `.sql` file.
    pub(crate) fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Looks at everything that the query refers to.
    pub(crate) fn body(
        self,
        (document, folder): (&Document<'_>, &ControlFolder),
        source: Option<&Text<'_>>,
        contract: &Contract,
        names: &Names,
    ) -> Option<DataSetQuery> {
        let Self { path, population, control_total, chunks, export } = self;
        let totals: Vec<_> = control_total.iter().filter_map(|text| amount_column(text, contract)).collect();
        let kind = source.and_then(|source| kind_of(source, names));
        if let (Some(source), Some(kind)) = (source, kind)
            && kind.database().is_none()
        {
            let message = format!("source '{}' is of kind {}, which answers no query", source.as_str(), kind.name());
            source.report_with_help(message, "name a source of kind sqlserver or postgres, or read a 'file'");
        }
        let text = read_sql(document, "query", &path, folder)?;
        if let Some((database, dialect)) = kind.and_then(SourceKind::database) {
            let vocabulary = DatabaseVocabulary {
                dialect,
                parameters: names.parameters(),
                lists: names.lists(),
                databases: database.databases.iter().map(String::as_str).collect(),
                population: population.as_ref().map(Text::as_str),
            };
            let mistakes = database_mistakes(&text, &vocabulary);
            report_mistakes(document, folder, path.as_str(), mistakes);
        }
        let chunks = match chunks {
            Some((column, rows)) => Some(Chunks { column: column?.to_owned(), rows: rows? }),
            None => None,
        };
        let (path, population) = (path.to_owned(), population?.to_owned());
        let query = DatabaseQuery { path, text, population, control_total: totals, chunks, export };
        Some(DataSetQuery::Database(Box::new(query)))
    }
}

/// Reports parameters that a control with databases declares and uses nowhere: the query that should bind one forgot it.
pub(crate) fn report_unused_parameters(names: &[Text<'_>], folder: &ControlFolder, data_sets: &[DataSet]) {
    if !data_sets.iter().any(|data_set| matches!(data_set.query, DataSetQuery::Database(_))) {
        return;
    }
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let times = |text: &str, name: &str| text.split(|c: char| !is_word(c)).filter(|word| *word == name).count();
    for text in names {
        let name = text.as_str();
        let used = folder.files.iter().any(|(path, bytes)| {
            let count = times(&String::from_utf8_lossy(bytes), name);
            // In the definition it stands once where it is declared.
            if path == DEFINITION_FILE { count > 1 } else { forms::is_sql(path) && count > 0 }
        });
        if !used {
            text.report_with_help(format!("nothing uses parameter '{name}'"), "bind it in a query, or remove it");
        }
    }
}

/// The kind of the source of this name, where it is known.
pub(crate) fn kind_of<'n>(source: &Text<'_>, names: &'n Names) -> Option<&'n SourceKind> {
    names.sources.iter().find(|(name, _)| name == source.as_str())?.1.as_ref()
}

/// The name of the decimal column that has this name or header.
fn amount_column(text: &Text<'_>, contract: &Contract) -> Option<String> {
    let is_named = |name: &String| name == text.as_str();
    let found = contract.columns.iter().find(|column| is_named(&column.name) || column.headers.iter().any(is_named));
    match found {
        None => {
            let known = contract.columns.iter().filter_map(|column| column.headers.first()).map(String::as_str);
            text.report_unknown(format!("no column has the name or header '{}'", text.as_str()), known);
            None
        }
        Some(column) if !matches!(column.data_type, tieout_model::ColumnType::Decimal { .. }) => {
            text.report(format!("column '{}' is {}, and a control total is decimal", column.name, column.data_type));
            None
        }
        Some(column) => Some(column.name.clone()),
    }
}
