//! One data set: read, split into population, excluded and rejected rows, tested, sorted, written, committed.
//!
//! What the source or the rows get wrong becomes a reason of the result; only the store, the scratch folder and a
//! source that may recover stop the stage.

use tieout_catalog::DataSet;
use tieout_extract::{ExtractError, Membership, MembershipBuilder, RowTests, ScopeFilter};
use tieout_model::{DataSetResult, Reason, ReasonCode};
use tieout_tables::{TableError, TableReader, schema_of};

use super::absent::{no_rows, not_needed, without_source};
use super::backoff::MAX_TRIES;
use super::chunks::{self, LandedChunks};
use super::landed::{Landed, out_of_window};
use super::patience::Patience;
use super::reading::{Reading, executed_query};
use super::sinks::{Finished, Sinks};
use super::{STAGE, Sources, summed_columns};
use crate::StageError;
use crate::layout::{excluded_name, rejects_name, rows_name};
use crate::ports::{ArtifactStore, Progress, SourceError, SourceReader};
use crate::publish::{StagedContent, StagedFile, commit_document, publish};
use crate::run::RunContext;
use crate::wire::{DataSetCommit, DatabaseAnswer};

/// Why a data set was not extracted.
pub(super) enum Failure {
    /// The control did not operate on it: a reason for the result.
    Reason(Reason),
    /// The data set may be absent, and is.
    Absent(String),
    /// The source may answer if it is asked again.
    Busy(String),
    /// The stage cannot go on.
    Stage(StageError),
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

/// What was read of a data set.
pub(super) struct Read {
    finished: Finished,
    origins: (Vec<String>, Vec<String>),
    landed: Landed,
    answer: Option<(String, DatabaseAnswer)>,
}

/// What reading a data set needs.
#[derive(Clone, Copy)]
struct Work<'a> {
    run: &'a RunContext<'a>,
    store: &'a dyn ArtifactStore,
    reading: &'a Reading<'a>,
    /// The data sets that its rows may follow.
    before: &'a [DataSetCommit],
    progress: &'a dyn Progress,
}

/// Extracts one data set and commits it.
pub(super) async fn extract(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    sources: &Sources,
    data_set: &DataSet,
    before: &[DataSetCommit],
    progress: &dyn Progress,
) -> Result<DataSetCommit, StageError> {
    let mut commit = DataSetCommit::new(executed_query(run, data_set, None));
    let read = match not_needed(run, data_set) {
        Some(note) => Err(Failure::Absent(note)),
        None => match Reading::of(run, sources, data_set).await {
            Ok(reading) => {
                commit.query = executed_query(run, data_set, Some(&reading));
                let work = Work { run, store, reading: &reading, before, progress };
                read_patiently(&work, sources).await
            }
            Err(failure) => Err(failure),
        },
    };
    match read.map_err(|failure| without_source(data_set, sources, failure)) {
        Ok(read) => fill(&mut commit, run, store, data_set, read).await?,
        Err(Failure::Absent(note)) => {
            let finished = no_rows(run, data_set)?;
            commit.absent = true;
            let origins = (Vec::new(), vec![note]);
            let read = Read { finished, origins, landed: Landed::of(data_set), answer: None };
            fill(&mut commit, run, store, data_set, read).await?;
        }
        Err(Failure::Reason(reason)) => commit.reasons.push(reason),
        Err(Failure::Busy(detail)) => {
            return Err(StageError::SourceBusy { data_set: data_set.name.clone(), detail });
        }
        Err(Failure::Stage(error)) => return Err(error),
    }
    commit.reasons.extend(out_of_window(&commit));
    let key = run.layout.data_set_commit(&data_set.name);
    Ok(commit_document(run, store, STAGE, &key, commit).await?.0)
}

/// Reads a data set; a database that is busy is asked again, and counts as unreachable after the last time.
async fn read_patiently(work: &Work<'_>, sources: &Sources) -> Result<Read, Failure> {
    let Work { run, store, reading, .. } = *work;
    let patience = Patience::new(sources.pause.as_ref(), reading.is_database());
    let ranges = patience.ask(async || chunks::ranges(run, store, reading).await).await;
    let read = match ranges {
        Ok(ranges) if ranges.is_empty() => patience.ask(async || read_rows(work, None).await).await,
        Ok(ranges) => match chunks::land(run, store, reading, &patience, &ranges).await {
            Ok(landed) => patience.ask(async || read_rows(work, Some(&landed)).await).await,
            Err(failure) => Err(failure),
        },
        Err(failure) => Err(failure),
    };
    match read {
        Err(Failure::Busy(detail)) if reading.is_database() => Err(Failure::Reason(Reason {
            code: ReasonCode::SourceUnreachable,
            subject: reading.data_set.name.clone(),
            detail: format!("{detail}; it was tried {MAX_TRIES} times"),
            cure: "find out why the source does not answer, and run again".to_owned(),
        })),
        other => other,
    }
}

/// Publishes the files of a data set that was read and completes its commit.
async fn fill(
    commit: &mut DataSetCommit,
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    data_set: &DataSet,
    read: Read,
) -> Result<(), StageError> {
    let Read { finished, origins, landed, answer } = read;
    if let Some((text, answer)) = answer {
        commit.query.query = text;
        commit.query.answer = Some(answer);
    }
    commit.landed_totals = landed.finish();
    let mut files = vec![staged(rows_name(&data_set.name), finished.rows.0)];
    files.extend(finished.excluded.map(|path| staged(excluded_name(&data_set.name), path)));
    files.extend(finished.rejects.map(|path| staged(rejects_name(&data_set.name), path)));
    for artifact in publish(run, store, STAGE, &files).await? {
        let place = if artifact.path.ends_with(&excluded_name(&data_set.name)) {
            &mut commit.excluded
        } else if artifact.path.ends_with(&rejects_name(&data_set.name)) {
            &mut commit.rejects
        } else {
            &mut commit.rows
        };
        *place = Some(artifact);
    }
    commit.integer_sums = finished.integer_sums;
    commit.read_totals = finished.read_totals;
    commit.stated = finished.stated;
    let (sources, notes) = origins;
    commit.result = Some(DataSetResult { sources, notes, ..finished.result });
    Ok(())
}

fn staged(name: String, path: std::path::PathBuf) -> StagedFile {
    StagedFile { name, content: StagedContent::File(path) }
}

/// Reads the whole data set into scratch files; from `chunks` where it has landed in ranges.
async fn read_rows(work: &Work<'_>, chunks: Option<&LandedChunks>) -> Result<Read, Failure> {
    let Work { run, store, reading, before, progress } = *work;
    let data_set = reading.data_set.as_ref();
    let schema = schema_of(&data_set.contract);
    let membership = membership(run, store, data_set, before).await?;
    let reason = |error| failure(data_set, error);
    let filter =
        ScopeFilter::new(&data_set.scope, &schema, run.cutoff_date(), &run.parameters, membership).map_err(reason)?;
    let tests = RowTests::new(&data_set.tests, &data_set.contract, &schema).map_err(reason)?;
    let all_tests = run.control.data_sets.iter().flat_map(|other| &other.tests);
    let all_tests = all_tests.chain(run.control.derived.iter().flat_map(|derived| &derived.tests));
    let summed = summed_columns(all_tests, &data_set.name);
    let mut sinks = Sinks::new(run, data_set, &schema, filter, tests, summed).map_err(reason)?;
    let mut landed = Landed::of(data_set);

    let mut reader: Box<dyn SourceReader + '_> = match chunks {
        Some(chunks) => Box::new(chunks.reader(run, store)),
        None => reading.open(run, None).await.map_err(|error| source_failed(data_set, error))?,
    };
    progress.step_began(&data_set.name, reader.size_bytes());
    let mut rows_so_far = 0;
    while let Some(batch) = reader.next_batch().await.map_err(|error| source_failed(data_set, error))? {
        rows_so_far += (batch.rows.num_rows() + batch.rejects.len()) as u64;
        landed.take(&batch.rows).map_err(reason)?;
        sinks.take(&batch).map_err(reason)?;
        progress.step_advanced(rows_so_far, batch.bytes_read);
    }
    let finished = sinks.finish(run.cutoff_date()).map_err(reason)?;
    let answer = match (reader.sent(), reader.proof().await) {
        (Some(sent), Some(proof)) => Some((sent.text.clone(), DatabaseAnswer::new(&sent, proof))),
        _ if reading.is_database() => return Err(Failure::Reason(unproven(data_set))),
        _ => None,
    };
    let mut notes = reader.notes();
    notes.extend(reading.note.clone());
    Ok(Read { finished, origins: (reader.origins(), notes), landed, answer })
}

/// A database that says nothing of its answer leaves it unproven.
pub(super) fn unproven(data_set: &DataSet) -> Reason {
    Reason {
        code: ReasonCode::CompletenessNotProven,
        subject: data_set.name.clone(),
        detail: "the source did not say what its answer should add up to".to_owned(),
        cure: "report this with the kind of the source".to_owned(),
    }
}

/// The keys of the header data set that this one's rows follow.
async fn membership(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    data_set: &DataSet,
    before: &[DataSetCommit],
) -> Result<Option<Membership>, Failure> {
    let Some(within) = &data_set.scope.within else { return Ok(None) };
    let header = before.iter().find(|commit| commit.name == within.data_set);
    let Some((header, rows)) = header.and_then(|header| Some((header, header.rows.as_ref()?))) else {
        return Err(Failure::Reason(Reason {
            code: ReasonCode::DatasetMissing,
            subject: data_set.name.clone(),
            detail: format!("its rows follow '{}', which could not be read", within.data_set),
            cure: format!("see the reason given for '{}'", within.data_set),
        }));
    };
    let failed =
        |error: TableError| Failure::Stage(StageError::Table { table: within.data_set.clone(), source: error });
    let reason = |error: ExtractError| failure(data_set, error);
    let fetch = async |artifact| {
        let path = run.fetch(store, STAGE, artifact).await?;
        TableReader::open(&path).map_err(|source| StageError::Table { table: within.data_set.clone(), source })
    };
    let reader = fetch(rows).await?;
    let mut builder = MembershipBuilder::new(&reader.schema(), &within.on).map_err(reason)?;
    for batch in reader {
        builder.add_population(&batch.map_err(failed)?).map_err(reason)?;
    }
    if let Some(excluded) = &header.excluded {
        for batch in fetch(excluded).await? {
            super::sinks::add_excluded(&mut builder, &batch.map_err(failed)?).map_err(reason)?;
        }
    }
    Ok(Some(builder.finish(&format!("not_in_{}", within.data_set))))
}

/// What a source says, as a failure of its data set.
pub(super) fn source_failed(data_set: &DataSet, error: SourceError) -> Failure {
    match error {
        SourceError::Refused { code: ReasonCode::DatasetMissing, detail, .. } if data_set.optional => {
            Failure::Absent(format!("absent, which is allowed: {detail}"))
        }
        SourceError::Refused { code, detail, cure } => {
            Failure::Reason(Reason { code, subject: data_set.name.clone(), detail, cure })
        }
        SourceError::Transient { detail } => Failure::Busy(detail),
    }
}

/// What the rows got wrong is a reason; a failure of the disk stops the stage.
pub(super) fn failure(data_set: &DataSet, error: ExtractError) -> Failure {
    let judged = StageError::stop_on_disk_failure(&data_set.name, error, |error| match error {
        ExtractError::Table(error) => Ok(error),
        other => Err(other),
    });
    match judged {
        Ok(error) => Failure::Reason(reason_of(data_set, &error)),
        Err(stop) => Failure::Stage(stop),
    }
}

/// What the rows got wrong, as a reason.
fn reason_of(data_set: &DataSet, error: &ExtractError) -> Reason {
    let (code, cure) = match error {
        ExtractError::NullDate { .. } => (ReasonCode::BadValue, "fill in the dates in the source"),
        ExtractError::NullSelected { .. } => (ReasonCode::BadValue, "fill in the column in the source"),
        ExtractError::Table(TableError::TotalOverflow { .. }) => {
            (ReasonCode::AmountOverflow, "check the amounts in the source for wrong values")
        }
        ExtractError::Table(TableError::Value { .. }) => (ReasonCode::BadValue, "correct the value in the source"),
        _ => (ReasonCode::SourceUnreadable, "check the source and the control's definition"),
    };
    let detail = crate::error::chain(error);
    Reason { code, subject: data_set.name.clone(), detail, cure: cure.to_owned() }
}
