//! A database that does what a test says: rows in memory, ranges, failures, and a proof that may be wrong.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch};
use async_trait::async_trait;
use tieout_extract::database::BoundText;
use tieout_model::{Decimal, Digest, Parameter};
use tieout_pipeline::ports::{Source, SourceBatch, SourceError, SourceProof, SourceRange, SourceReader, SourceRequest};
use tieout_tables::schema_of;

/// Rows with the numbers 1 to `rows` and amounts of 1.50 each, in ranges of `range_rows` where that is not 0.
#[derive(Default)]
pub(crate) struct ScriptedSource {
    pub(crate) rows: i64,
    pub(crate) range_rows: i64,
    /// Rows that the proof has more.
    pub(crate) proof_more: i64,
    /// Readings that break off in their middle before one succeeds.
    pub(crate) failures: AtomicUsize,
    /// First and last number of every reading that was begun.
    pub(crate) begun: Mutex<Vec<(i64, i64)>>,
}

impl ScriptedSource {
    fn proof(&self, first: i64, last: i64) -> SourceProof {
        let rows = u64::try_from(last - first + 1 + self.proof_more).unwrap();
        let total = Decimal::new(i128::from(rows) * 150, 2).unwrap();
        SourceProof {
            rows,
            totals: vec![("amount".to_owned(), total)],
            server: "scripted".to_owned(),
            database: "books".to_owned(),
            login: "reader".to_owned(),
            server_clock: "2024-02-01T08:00:00".to_owned(),
            query_digest: Digest::of(b"sent"),
            isolation: "snapshot".to_owned(),
        }
    }

    fn sent() -> BoundText {
        BoundText { text: "sent".to_owned(), values: Vec::new() }
    }
}

fn number(end: Option<&Parameter>) -> Option<i64> {
    match end {
        Some(Parameter::Integer(integer)) => Some(*integer),
        _ => None,
    }
}

#[async_trait]
impl Source for ScriptedSource {
    async fn ranges(&self, _request: &SourceRequest<'_>) -> Result<Vec<SourceRange>, SourceError> {
        let mut ranges = Vec::new();
        let mut after = None;
        for until in (1..=self.rows / self.range_rows).map(|range| range * self.range_rows) {
            let until = Parameter::Integer(until);
            ranges.push(SourceRange { after: after.replace(until.clone()), until: Some(until) });
        }
        ranges.push(SourceRange { after, until: None });
        Ok(ranges)
    }

    async fn text(&self, _request: &SourceRequest<'_>) -> Result<Option<BoundText>, SourceError> {
        Ok(Some(Self::sent()))
    }

    async fn prove(&self, _request: &SourceRequest<'_>) -> Result<Option<SourceProof>, SourceError> {
        Ok(Some(self.proof(1, self.rows)))
    }

    async fn open(&self, request: &SourceRequest<'_>) -> Result<Box<dyn SourceReader>, SourceError> {
        let first = number(request.range.and_then(|range| range.after.as_ref())).unwrap_or(0) + 1;
        let last = number(request.range.and_then(|range| range.until.as_ref())).unwrap_or(self.rows);
        self.begun.lock().unwrap().push((first, last));
        let breaks = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let numbers: Vec<i64> = (first..=last).collect();
        let ids: ArrayRef = std::sync::Arc::new(Int64Array::from(numbers.clone()));
        let amounts = Decimal128Array::from(vec![150_i128; numbers.len()]).with_precision_and_scale(10, 2).unwrap();
        let schema = schema_of(&request.data_set.contract);
        let rows = RecordBatch::try_new(schema, vec![ids, std::sync::Arc::new(amounts)]).unwrap();
        let batch = SourceBatch { rows, rejects: Vec::new(), bytes_read: 1 };
        Ok(Box::new(ScriptedReader { batch: Some(batch), breaks, proof: Some(self.proof(first, last)) }))
    }
}

struct ScriptedReader {
    batch: Option<SourceBatch>,
    breaks: bool,
    proof: Option<SourceProof>,
}

#[async_trait]
impl SourceReader for ScriptedReader {
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        match self.batch.take() {
            None if self.breaks => Err(SourceError::Transient { detail: "the connection was closed".to_owned() }),
            batch => Ok(batch),
        }
    }

    fn origins(&self) -> Vec<String> {
        vec!["queries/ledger.sql".to_owned()]
    }

    fn size_bytes(&self) -> Option<u64> {
        None
    }

    fn sent(&self) -> Option<BoundText> {
        Some(ScriptedSource::sent())
    }

    async fn proof(&mut self) -> Option<SourceProof> {
        self.proof.take()
    }
}
