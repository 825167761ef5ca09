//! A data set that is read in ranges: each range lands on its own, so that a run that was killed goes on where it was.
//!
//! The ranges are committed before the first of them is read, and each with its rows and its proof. In the end the
//! source is asked once more for the whole: rows that moved between two ranges must not be lost in between.

use std::collections::VecDeque;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tieout_catalog::DataSetQuery;
use tieout_extract::ExtractError;
use tieout_extract::database::BoundText;
use tieout_model::{Artifact, Parameter};
use tieout_tables::{TableReader, TableWriter, schema_of};

use super::STAGE;
use super::data_set::{Failure, failure, source_failed};
use super::patience::Patience;
use super::reading::Reading;
use crate::StageError;
use crate::ports::{ArtifactStore, Reject, SourceBatch, SourceError, SourceProof, SourceRange, SourceReader};
use crate::publish::{StagedContent, StagedFile, commit_document, publish};
use crate::run::RunContext;
use crate::wire::{WIRE_SCHEMA, from_json};

/// The ranges of a data set, as they were committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangesDocument {
    schema: u32,
    ranges: Vec<RangeDocument>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeDocument {
    after: Option<EndDocument>,
    until: Option<EndDocument>,
}

/// The end of a range, with its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EndDocument {
    Text(String),
    Integer(i64),
    Decimal(tieout_model::Decimal),
    Date(jiff::civil::Date),
}

/// A range that has landed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChunkDocument {
    schema: u32,
    rows: Artifact,
    rejects: Vec<RejectDocument>,
    origins: Vec<String>,
    notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RejectDocument {
    origin: String,
    line: u64,
    column: String,
    masked: String,
    problem: String,
}

/// A data set that has landed in ranges, and what the source says of the whole.
pub(super) struct LandedChunks {
    chunks: Vec<ChunkDocument>,
    sent: BoundText,
    proof: SourceProof,
}

/// The ranges in which a data set is read: those of an earlier try, or new ones that are committed now.
pub(super) async fn ranges(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reading: &Reading<'_>,
) -> Result<Vec<SourceRange>, Failure> {
    let data_set = reading.data_set.as_ref();
    if !matches!(&data_set.query, DataSetQuery::Database(query) if query.chunks.is_some()) {
        return Ok(Vec::new());
    }
    let key = run.layout.chunk(&data_set.name, "ranges");
    let before = store.get_bytes(&key).await.map_err(|source| run.store_failed(STAGE, source))?;
    let document: RangesDocument = if let Some(bytes) = before {
        from_json(&key, &bytes)?
    } else {
        let asked = reading.adapter().ranges(&reading.request(run, None)).await;
        let ranges = asked.map_err(|error| source_failed(data_set, error))?;
        let ranges = ranges.iter().map(RangeDocument::of).collect();
        let document = RangesDocument { schema: WIRE_SCHEMA, ranges };
        commit_document(run, store, STAGE, &key, document).await?.0
    };
    Ok(document.ranges.iter().map(RangeDocument::range).collect())
}

/// Lands every range that has not landed yet, then asks the source for the whole.
pub(super) async fn land(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reading: &Reading<'_>,
    patience: &Patience<'_>,
    ranges: &[SourceRange],
) -> Result<LandedChunks, Failure> {
    let data_set = reading.data_set.as_ref();
    let mut chunks = Vec::with_capacity(ranges.len());
    for (index, range) in ranges.iter().enumerate() {
        let key = run.layout.chunk(&data_set.name, &format!("{index:05}"));
        let before = store.get_bytes(&key).await.map_err(|source| run.store_failed(STAGE, source))?;
        let chunk = if let Some(bytes) = before {
            from_json(&key, &bytes)?
        } else {
            let document = patience.ask(async || land_range(run, store, reading, index, range).await).await?;
            commit_document(run, store, STAGE, &key, document).await?.0
        };
        chunks.push(chunk);
    }
    let request = reading.request(run, None);
    let (sent, proof) = patience
        .ask(async || {
            let sent = reading.adapter().text(&request).await.map_err(|error| source_failed(data_set, error))?;
            let proof = reading.adapter().prove(&request).await.map_err(|error| source_failed(data_set, error))?;
            Ok((sent, proof))
        })
        .await?;
    match (sent, proof) {
        (Some(sent), Some(proof)) => Ok(LandedChunks { chunks, sent, proof }),
        _ => Err(Failure::Reason(super::data_set::unproven(data_set))),
    }
}

/// Reads one range into a file of the store.
async fn land_range(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reading: &Reading<'_>,
    index: usize,
    range: &SourceRange,
) -> Result<ChunkDocument, Failure> {
    let data_set = reading.data_set.as_ref();
    let reason = |error: ExtractError| failure(data_set, error);
    let folder = run.scratch.path().join("chunks").join(&data_set.name);
    std::fs::create_dir_all(&folder).map_err(|source| StageError::Scratch { action: "make a folder", source })?;
    let path = folder.join(format!("{index:05}"));
    let mut writer =
        TableWriter::create(&path, &schema_of(&data_set.contract)).map_err(|error| reason(error.into()))?;
    let mut rejects = Vec::new();
    let mut reader = reading.open(run, Some(range)).await.map_err(|error| source_failed(data_set, error))?;
    while let Some(batch) = reader.next_batch().await.map_err(|error| source_failed(data_set, error))? {
        writer.write(&batch.rows).map_err(|error| reason(error.into()))?;
        rejects.extend(batch.rejects.into_iter().map(RejectDocument::of));
    }
    writer.finish().map_err(|error| reason(error.into()))?;
    let name = format!("{}.chunks/{index:05}.parquet", data_set.name);
    let published = publish(run, store, STAGE, &[StagedFile { name, content: StagedContent::File(path) }]).await?;
    let missing =
        || StageError::Document { key: data_set.name.clone(), detail: "a range was not published".to_owned() };
    let rows = published.into_iter().next().ok_or_else(missing)?;
    Ok(ChunkDocument { schema: WIRE_SCHEMA, rows, rejects, origins: reader.origins(), notes: reader.notes() })
}

impl LandedChunks {
    /// Reads what has landed, in the order of the ranges.
    pub(super) fn reader<'a>(&'a self, run: &'a RunContext<'a>, store: &'a dyn ArtifactStore) -> ChunkReader<'a> {
        ChunkReader { run, store, landed: self, waiting: self.chunks.iter().collect(), open: None }
    }
}

/// Reads the files of the ranges one after the other.
pub(super) struct ChunkReader<'a> {
    run: &'a RunContext<'a>,
    store: &'a dyn ArtifactStore,
    landed: &'a LandedChunks,
    waiting: VecDeque<&'a ChunkDocument>,
    open: Option<TableReader>,
}

#[async_trait]
impl SourceReader for ChunkReader<'_> {
    async fn next_batch(&mut self) -> Result<Option<SourceBatch>, SourceError> {
        let lost = |detail: String| SourceError::Transient { detail };
        loop {
            if let Some(open) = &mut self.open {
                if let Some(rows) = open.next() {
                    let rows = rows.map_err(|error| lost(crate::error::chain(&error)))?;
                    return Ok(Some(SourceBatch { rows, rejects: Vec::new(), bytes_read: 0 }));
                }
                self.open = None;
            }
            let Some(chunk) = self.waiting.pop_front() else { return Ok(None) };
            let fetched = self.run.fetch(self.store, STAGE, &chunk.rows).await;
            let path = fetched.map_err(|error| lost(crate::error::chain(&error)))?;
            let open = TableReader::open(&path).map_err(|error| lost(crate::error::chain(&error)))?;
            let rows = RecordBatch::new_empty(open.schema());
            self.open = Some(open);
            if !chunk.rejects.is_empty() {
                let rejects = chunk.rejects.iter().map(RejectDocument::reject).collect();
                return Ok(Some(SourceBatch { rows, rejects, bytes_read: 0 }));
            }
        }
    }

    fn origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = self.landed.chunks.iter().flat_map(|chunk| chunk.origins.clone()).collect();
        origins.dedup();
        origins
    }

    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.landed.chunks.iter().flat_map(|chunk| chunk.notes.clone()).collect();
        notes.sort();
        notes.dedup();
        notes.push(format!("read in {} ranges", self.landed.chunks.len()));
        notes
    }

    fn size_bytes(&self) -> Option<u64> {
        None
    }

    fn sent(&self) -> Option<BoundText> {
        Some(self.landed.sent.clone())
    }

    async fn proof(&mut self) -> Option<SourceProof> {
        Some(self.landed.proof.clone())
    }
}

impl RangeDocument {
    fn of(range: &SourceRange) -> Self {
        let end = |end: &Option<Parameter>| {
            end.as_ref().map(|end| match end {
                Parameter::Integer(integer) => EndDocument::Integer(*integer),
                Parameter::Decimal(decimal) => EndDocument::Decimal(*decimal),
                Parameter::Date(date) => EndDocument::Date(*date),
                other => EndDocument::Text(other.to_string()),
            })
        };
        Self { after: end(&range.after), until: end(&range.until) }
    }

    fn range(&self) -> SourceRange {
        let end = |end: &Option<EndDocument>| {
            end.clone().map(|end| match end {
                EndDocument::Text(text) => Parameter::Text(text),
                EndDocument::Integer(integer) => Parameter::Integer(integer),
                EndDocument::Decimal(decimal) => Parameter::Decimal(decimal),
                EndDocument::Date(date) => Parameter::Date(date),
            })
        };
        SourceRange { after: end(&self.after), until: end(&self.until) }
    }
}

impl RejectDocument {
    fn of(reject: Reject) -> Self {
        let Reject { origin, line, column, masked, problem } = reject;
        Self { origin, line, column, masked, problem }
    }

    fn reject(&self) -> Reject {
        let Self { origin, line, column, masked, problem } = self.clone();
        Reject { origin, line, column, masked, problem }
    }
}
