//! A back end that executes the T-SQL for real, on `DuckDB` over a folder of Parquet files.
//!
//! A Python program does it (`testkit/tds/execute.py`): one process serves all requests, one after the other. Results
//! are read from an Arrow stream, batch by batch.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use arrow::ipc::reader::StreamReader;
use serde_json::{Value, json};

use super::answer::{Answer, ServerError, Step};
use super::arrow_rows::{columns_of, rows_of};
use super::buffer::malformed;
use super::request::{BoundParameter, Request};
use super::server::TdsBackend;
use super::value::TdsValue;

/// The program that executes.
const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tds/execute.py");
/// The Python that has its packages, below the repository; `make tds-venv` makes it.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tds-venv/bin/python");
/// Names another Python.
const PYTHON_VARIABLE: &str = "TIEOUT_TDS_PYTHON";
/// Days from 0001-01-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_162;

/// Executes statements on `DuckDB`.
pub struct DuckDbBackend {
    process: Mutex<Process>,
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl DuckDbBackend {
    /// The Python that can run it, if this machine has one; where `CI` is set, it must.
    pub fn python() -> io::Result<Option<PathBuf>> {
        #[expect(clippy::disallowed_methods, reason = "which Python there is belongs to the machine that tests")]
        let (named, must_be) = (std::env::var_os(PYTHON_VARIABLE), std::env::var_os("CI").is_some());
        let python = named.map_or_else(|| PathBuf::from(PYTHON), PathBuf::from);
        let found = python.exists();
        if must_be && !found {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no Python with DuckDB: `make tds-venv` makes one"));
        }
        Ok(found.then_some(python))
    }

    /// Starts `DuckDB` over `tables`, where `<database>/<schema>/<table>.parquet` lie.
    pub fn start(python: &Path, tables: &Path) -> io::Result<Self> {
        let mut child = Command::new(python)
            .args(["-B", PROGRAM, "--tables"])
            .arg(tables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(malformed("the process of DuckDB has no input or output"));
        };
        Ok(Self { process: Mutex::new(Process { child, input, output: BufReader::new(output) }) })
    }

    fn execute(&self, request: &Request) -> io::Result<Answer> {
        let question = json!({
            "sql": request.sql,
            "database": request.login.database,
            "parameters": request.parameters.iter().map(parameter).collect::<io::Result<serde_json::Map<_, _>>>()?,
        });
        let mut process = self.process.lock().map_err(|_| malformed("DuckDB was asked by a thread that panicked"))?;
        writeln!(process.input, "{question}")?;
        process.input.flush()?;
        let mut line = String::new();
        process.output.read_line(&mut line)?;
        drop(process);
        let answer: Value = serde_json::from_str(&line)?;
        match (answer.get("file").and_then(Value::as_str), answer.get("error").and_then(Value::as_str)) {
            (Some(file), _) => read(Path::new(file)),
            (None, Some(error)) => Ok(Answer::error(ServerError::new(50_000, error))),
            (None, None) => Err(malformed("DuckDB said nothing")),
        }
    }
}

impl TdsBackend for DuckDbBackend {
    fn answer(&self, request: &Request) -> Answer {
        self.execute(request).unwrap_or_else(|error| Answer::error(ServerError::new(50_001, &error.to_string())))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process ends when its input does; a test that panics must not wait for a query.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Name, type and value of a parameter for the program.
fn parameter(parameter: &BoundParameter) -> io::Result<(String, Value)> {
    let (its_type, value) = match &parameter.value {
        TdsValue::Null => ("text", None),
        TdsValue::Text(text) => ("text", Some(text.clone())),
        TdsValue::Int(value) => ("integer", Some(value.to_string())),
        TdsValue::Bit(value) => ("boolean", Some(value.to_string())),
        TdsValue::Decimal(value) => ("decimal", Some(format!("{value}E-{}", parameter.scale))),
        TdsValue::Date(days) => ("date", Some(date(*days)?.to_string())),
        TdsValue::DateTime2(days, units) => {
            let factor = 10_i64.pow(9_u32.saturating_sub(u32::from(parameter.scale)));
            let nanoseconds = i64::try_from(*units).unwrap_or(i64::MAX).saturating_mul(factor);
            let midnight = date(*days)?.at(0, 0, 0, 0);
            let moment = midnight
                .checked_add(jiff::SignedDuration::from_nanos(nanoseconds))
                .map_err(|_| malformed("a time far away"))?;
            ("timestamp", Some(moment.to_string()))
        }
        _ => return Err(malformed(&format!("parameter {} has a type that DuckDB is not given", parameter.name))),
    };
    Ok((parameter.name.trim_start_matches('@').to_owned(), json!({"type": its_type, "value": value})))
}

fn date(days: u32) -> io::Result<jiff::civil::Date> {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(i64::from(days) - DAYS_TO_1970))
        .map_err(|_| malformed("a date far away"))
}

/// The rows of an Arrow stream; the file is removed at once and read to its end.
fn read(path: &Path) -> io::Result<Answer> {
    let file = File::open(path)?;
    std::fs::remove_file(path)?;
    let reader = StreamReader::try_new(BufReader::new(file), None).map_err(io::Error::other)?;
    let columns = columns_of(&reader.schema())?;
    let of_rows = columns.clone();
    let batches = reader.flat_map(move |batch| {
        let rows = batch.map_err(io::Error::other).and_then(|batch| rows_of(&of_rows, &batch));
        match rows {
            Ok(rows) => rows.into_iter().map(Step::Row).collect(),
            Err(error) => vec![Step::Error(ServerError::new(50_002, &error.to_string()))],
        }
    });
    Ok(Answer::steps(std::iter::once(Step::Columns(columns)).chain(batches)))
}
