//! Wire formats of the pipeline: what one stage hands to the next, as JSON with a schema number.
//!
//! Serialisation is canonical: fields in declared order, maps by key, two spaces of indent, a line end at the end.

mod answer;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tieout_model::{
    Artifact, ColumnTotal, ControlId, CutoffDate, DataSetResult, Decimal, Digest, Reason, RunId, StatedTotal,
};

pub use self::answer::{DatabaseAnswer, SentValue, StatedSum};
use crate::StageError;

/// Version of the documents of this file.
pub const WIRE_SCHEMA: u32 = 1;

/// `run.json`: what was asked for, written once when a run begins. The only document with a clock time in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDocument {
    /// Version of this format.
    pub schema: u32,
    /// Control, cutoff date and run number.
    pub run_id: RunId,
    /// Whether the cutoff date is not the end of a month.
    pub interim: bool,
    /// Digest of the control's definition.
    pub definition: Digest,
    /// Name and version of the program.
    pub code_version: String,
    /// All bound parameters as text.
    pub parameters: BTreeMap<String, String>,
    /// What began the run, such as `tieout run` or `schedule`.
    pub trigger: String,
    /// When the run began.
    pub started_at: Timestamp,
}

/// What was asked of a source for one data set, with everything that was bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutedQuery {
    /// Name of the data set.
    pub data_set: String,
    /// Kind of source: `files`, `sqlserver` or `postgres`, or `sql` for derived data sets.
    pub kind: String,
    /// The query as sent: a file pattern, or SQL text.
    pub query: String,
    /// Parameters by name, as text.
    pub parameters: BTreeMap<String, String>,
    /// The scope rules that were applied, in words.
    pub scope: Vec<String>,
    /// What a database was sent and what it says of its answer; absent where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<DatabaseAnswer>,
}

/// Commits one data set: what was found and the files that hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSetCommit {
    /// Version of this format.
    pub schema: u32,
    /// Name of the data set.
    pub name: String,
    /// What was found; absent when the data set could not be read.
    pub result: Option<DataSetResult>,
    /// Why the data set could not be read, or could not be relied on.
    pub reasons: Vec<Reason>,
    /// Whether it was not read, because the run does not need it or because it may be absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// What was asked.
    pub query: ExecutedQuery,
    /// The population's rows.
    pub rows: Option<Artifact>,
    /// Rows kept out, with their reason.
    pub excluded: Option<Artifact>,
    /// Rows that did not convert, masked.
    pub rejects: Option<Artifact>,
    /// Control totals over every row that converted, inside the population or not; the whole of its footing.
    pub read_totals: Vec<ColumnTotal>,
    /// What landed of the control-total columns of a database's answer, over every row that converted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub landed_totals: BTreeMap<String, Decimal>,
    /// Sums of integer columns that tests of other data sets refer to.
    pub integer_sums: BTreeMap<String, i64>,
    /// What the data set states of others, where it is a list of control totals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<StatedTotal>,
}

impl DataSetCommit {
    /// A commit of a data set of which nothing is known yet but what is asked.
    pub fn new(query: ExecutedQuery) -> Self {
        Self {
            schema: WIRE_SCHEMA,
            name: query.data_set.clone(),
            result: None,
            reasons: Vec::new(),
            absent: false,
            query,
            rows: None,
            excluded: None,
            rejects: None,
            read_totals: Vec::new(),
            landed_totals: BTreeMap::new(),
            integer_sums: BTreeMap::new(),
            stated: Vec::new(),
        }
    }

    /// The files that this commit names.
    pub fn artifacts(&self) -> impl Iterator<Item = &Artifact> {
        [&self.rows, &self.excluded, &self.rejects].into_iter().flatten()
    }
}

/// What the extract stage hands on: every data set, with the tests between data sets carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extracted {
    /// Version of this format.
    pub schema: u32,
    /// Data sets in the order of the definition.
    pub data_sets: Vec<DataSetCommit>,
}

/// What the reconcile stage hands on besides `result.json`: where the derived data sets' rows are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reconciled {
    /// Version of this format.
    pub schema: u32,
    /// Derived data sets in the order of the definition.
    pub derived: Vec<DataSetCommit>,
}

/// A request to run a control, as the program or an event makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRequest {
    /// The control.
    pub control: ControlId,
    /// The cutoff date.
    pub cutoff_date: CutoffDate,
    /// Parameters as given.
    pub parameters: BTreeMap<String, String>,
    /// Whether to begin a new run although one is committed.
    pub rerun: bool,
    /// What began the run.
    pub trigger: String,
}

/// The canonical JSON of a document.
pub fn to_json<T: Serialize>(key: &str, document: &T) -> Result<Vec<u8>, StageError> {
    let mut bytes = serde_json::to_vec_pretty(document).map_err(|error| refused(key, &error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a document.
pub fn from_json<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, StageError> {
    serde_json::from_slice(bytes).map_err(|error| refused(key, &error))
}

fn refused(key: &str, error: &serde_json::Error) -> StageError {
    StageError::Document { key: key.to_owned(), detail: error.to_string() }
}
