//! Sources of kind `files`: data sets that lie in a folder as CSV, Excel, Parquet or JSON lines.
//!
//! Files are read on a thread of their own, one batch ahead of the caller, so that memory stays bounded and the
//! caller's executor is never blocked. What is not read exactly is refused with its file and line.

pub(crate) mod collector;
mod csv;
mod csv_records;
mod excel;
mod folder;
mod given;
pub(crate) mod header;
mod input;
mod json_keys;
mod json_lines;
mod json_object;
mod nearest;
mod parquet;
mod readings;
pub(crate) mod refusal;
pub(crate) mod row;
mod survey;
mod text;
mod total_row;
mod workbook;
mod xlsx;

use std::panic::{AssertUnwindSafe, catch_unwind};

use async_trait::async_trait;
use tieout_catalog::{Compression, DataSetQuery, FileFormat, FilesQuery};
use tieout_model::{Contract, ReasonCode};
use tieout_pipeline::ports::{Source, SourceBatch, SourceError, SourceReader, SourceRequest};
use tokio::sync::mpsc::{self, Receiver, Sender};

use self::collector::{Collector, Message};
pub use self::given::{GivenFile, GivenFormat};
pub use self::readings::Readings;
pub use self::survey::{Survey, SurveyedColumn};

use self::csv::CsvFormat;
use self::folder::{InputFile, find_files};
use self::input::{Input, Origin, resolved};
use self::refusal::{refused, transient, unreadable};

/// Batches that wait for the caller at most.
const BATCHES_AHEAD: usize = 1;

/// Reads data sets from files below `SourceRequest::folder`.
#[derive(Debug, Clone, Copy, Default)]
pub struct FilesSource;

impl FilesSource {
    /// A source; the folder comes with each request.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Source for FilesSource {
    async fn is_present(&self, request: &SourceRequest<'_>) -> Result<bool, SourceError> {
        let (DataSetQuery::Files(FilesQuery { file, .. }), Some(folder)) = (&request.data_set.query, &request.folder)
        else {
            return Ok(false);
        };
        match find_files(folder, file) {
            Ok(_) => Ok(true),
            Err(SourceError::Refused { code: ReasonCode::DatasetMissing, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn open(&self, request: &SourceRequest<'_>) -> Result<Box<dyn SourceReader>, SourceError> {
        let data_set = request.data_set;
        let Some(folder) = &request.folder else {
            let detail = format!("data set '{}' lies in files, and no data folder is known", data_set.name);
            return Err(refused(ReasonCode::DatasetMissing, detail, "give the folder with --data"));
        };
        let DataSetQuery::Files(FilesQuery { file, format, compression }) = &data_set.query else {
            let detail = format!("data set '{}' is a query, and files hold no query", data_set.name);
            return Err(unreadable(detail, "read it from a database source, or declare an `export`"));
        };
        let files = find_files(folder, file)?;
        let contract = data_set.contract.clone();
        let plan = Plan { files, format: format.clone(), compression: *compression, contract };
        plan.check_compression()?;
        start_reading(&data_set.name, plan)
    }
}

/// Starts the thread that carries out a plan; `name` is the data set's.
fn start_reading(name: &str, plan: Plan) -> Result<Box<dyn SourceReader>, SourceError> {
    let files = plan.files.clone();
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    std::thread::Builder::new()
        .name(format!("read {name}"))
        .spawn(move || plan.run(&sender))
        .map_err(|error| transient(format!("no thread could be started to read the files ({})", error.kind())))?;
    Ok(Box::new(FilesReader { data_set: name.to_owned(), files, receiver, state: State::Reading }))
}

/// What a reading thread is to do.
struct Plan {
    files: Vec<InputFile>,
    format: FileFormat,
    compression: Compression,
    contract: Contract,
}

impl Plan {
    /// Workbooks and Parquet files are compressed inside and are read in places; an outer compression has no sense.
    fn check_compression(&self) -> Result<(), SourceError> {
        let in_places = matches!(self.format, FileFormat::Xlsx { .. } | FileFormat::Parquet);
        match self.files.iter().find(|file| in_places && resolved(self.compression, &file.name) != Compression::None) {
            Some(file) => {
                let detail = format!("{} is a workbook or Parquet file within another compression", file.name);
                Err(unreadable(detail, "unpack it first; these formats are compressed inside"))
            }
            None => Ok(()),
        }
    }

    fn run(&self, sender: &Sender<Message>) {
        let mut collector = Collector::new(&self.contract, sender.clone());
        let read = self.files.iter().try_for_each(|file| {
            let origin = self.read_file(file, &mut collector)?;
            collector.end_file(origin)
        });
        if let Err(error) = read.and_then(|()| collector.finish()) {
            // When the caller has dropped its reader, there is nobody left to tell.
            drop(sender.blocking_send(Message::Failed(error)));
        }
    }

    fn read_file(&self, file: &InputFile, collector: &mut Collector) -> Result<Origin, SourceError> {
        let contract = &self.contract;
        match &self.format {
            FileFormat::Csv { delimiter, quote, header, skip_rows, encoding } => {
                let format = CsvFormat {
                    delimiter: *delimiter,
                    quote: *quote,
                    header: *header,
                    skip_rows: *skip_rows,
                    encoding: *encoding,
                };
                csv::read(Input::open(file, self.compression)?, format, contract, collector)
            }
            FileFormat::JsonLines => json_lines::read(Input::open(file, self.compression)?, contract, collector),
            FileFormat::Xlsx { sheet, header_row } => {
                refuse_panics(file, || xlsx::read(file, sheet.as_deref(), *header_row, contract, collector))
            }
            FileFormat::Parquet => refuse_panics(file, || parquet::read(file, contract, collector)),
        }
    }
}

/// Reads with a decoder that others wrote and that panics over some damaged files: that is damage like any other.
fn refuse_panics(file: &InputFile, read: impl FnOnce() -> Result<Origin, SourceError>) -> Result<Origin, SourceError> {
    // What a panic may leave half done is the collector, which is dropped with the refusal.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let detail = format!("{} is damaged: what it holds cannot be decoded", file.name);
        Err(unreadable(detail, "deliver the file again, or correct the `format` of the data set"))
    })
}

/// Hands on what the reading thread says.
struct FilesReader {
    data_set: String,
    files: Vec<InputFile>,
    receiver: Receiver<Message>,
    state: State,
}

enum State {
    Reading,
    Ended(Vec<Origin>),
    Failed(SourceError),
}

#[async_trait]
impl SourceReader for FilesReader {
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        if let State::Reading = self.state {
            self.state = match self.receiver.recv().await {
                Some(Message::Batch(batch)) => return Ok(Some(batch)),
                Some(Message::End(origins)) => State::Ended(origins),
                Some(Message::Failed(error)) => State::Failed(error),
                // A thread that ends without saying so has failed on the file, and has not delivered everything.
                None => State::Failed(unreadable(
                    format!("reading data set '{}' broke off", self.data_set),
                    "deliver the file again; if it is sound, report this with the kind of file",
                )),
            };
        }
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            State::Reading | State::Ended(_) => Ok(None),
        }
    }

    fn origins(&self) -> Vec<String> {
        match &self.state {
            State::Ended(origins) => origins
                .iter()
                .map(|origin| format!("{} ({} bytes, {})", origin.name, grouped(origin.size_bytes), origin.digest))
                .collect(),
            State::Reading | State::Failed(_) => {
                self.files.iter().map(|file| format!("{} ({} bytes)", file.name, grouped(file.size_bytes))).collect()
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        match &self.state {
            State::Ended(origins) => origins.iter().flat_map(|origin| origin.notes.iter().cloned()).collect(),
            State::Reading | State::Failed(_) => Vec::new(),
        }
    }

    fn size_bytes(&self) -> Option<u64> {
        Some(self.files.iter().map(|file| file.size_bytes).sum())
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_grouped_by_thousands() {
        let texts: Vec<_> = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped).into();
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
