//! Which data sets are read at the same time: of one database as many as it has connections, of files one.
//!
//! What comes back is in the order of the definition, whichever was ready first.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tieout_catalog::DataSet;

use super::{STAGE, Sources, data_set};
use crate::StageError;
use crate::ports::{ArtifactStore, Progress, Silent};
use crate::run::RunContext;
use crate::wire::{DataSetCommit, from_json};

/// Reads every data set that is not committed yet; the commits are in the order of the definition.
pub(super) async fn extract_all(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    sources: &Sources,
) -> Result<Vec<DataSetCommit>, StageError> {
    let definitions = &run.control.data_sets;
    let mut commits: Vec<Option<DataSetCommit>> = vec![None; definitions.len()];
    let mut waiting: Vec<usize> = (0..definitions.len()).collect();
    let mut busy: BTreeMap<&str, u32> = BTreeMap::new();
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(place) = waiting.iter().position(|index| can_begin(run, *index, &waiting, &commits, &busy)) {
            let index = waiting.remove(place);
            let Some(definition) = definitions.get(index) else { continue };
            let in_use = busy.entry(slot_of(run, definition)).or_default();
            *in_use += 1;
            // Only one of several can be watched.
            let progress: &dyn Progress = if running.is_empty() { run.progress } else { &Silent };
            let header = header_of(definition, &commits);
            running.push(async move {
                let commit = one(run, store, sources, definition, &header, progress).await;
                (index, commit)
            });
        }
        let Some((index, commit)) = running.next().await else { break };
        if let Some(definition) = definitions.get(index)
            && let Some(in_use) = busy.get_mut(slot_of(run, definition))
        {
            *in_use = in_use.saturating_sub(1);
        }
        if let Some(slot) = commits.get_mut(index) {
            *slot = Some(commit?);
        }
    }
    Ok(commits.into_iter().flatten().collect())
}

async fn one(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    sources: &Sources,
    definition: &DataSet,
    header: &[DataSetCommit],
    progress: &dyn Progress,
) -> Result<DataSetCommit, StageError> {
    let key = run.layout.data_set_commit(&definition.name);
    match store.get_bytes(&key).await.map_err(|source| run.store_failed(STAGE, source))? {
        Some(bytes) => from_json(&key, &bytes),
        None => data_set::extract(run, store, sources, definition, header, progress).await,
    }
}

/// What shares the connections of a data set: its database, or the one place where all files are read.
fn slot_of<'a>(run: &'a RunContext<'_>, definition: &'a DataSet) -> &'a str {
    if connections(run, definition).is_some() { &definition.source } else { "" }
}

fn connections(run: &RunContext<'_>, definition: &DataSet) -> Option<u32> {
    let source = run.control.sources.iter().find(|source| source.name == definition.source)?;
    source.kind.database().map(|(database, _)| database.connections)
}

/// Whether a data set has a connection, its header has been read, and no other of its place waits before it.
fn can_begin(
    run: &RunContext<'_>,
    index: usize,
    waiting: &[usize],
    commits: &[Option<DataSetCommit>],
    busy: &BTreeMap<&str, u32>,
) -> bool {
    let definitions = &run.control.data_sets;
    let Some(definition) = definitions.get(index) else { return true };
    let slot = slot_of(run, definition);
    let in_use = busy.get(slot).copied().unwrap_or(0);
    let is_free = in_use < connections(run, definition).unwrap_or(1);
    let is_next = waiting
        .iter()
        .take_while(|other| **other != index)
        .all(|other| definitions.get(*other).is_none_or(|other| slot_of(run, other) != slot));
    let header_is_read = definition.scope.within.as_ref().is_none_or(|within| {
        let header = definitions.iter().position(|other| other.name == within.data_set);
        header.and_then(|header| commits.get(header)).is_none_or(Option::is_some)
    });
    is_free && is_next && header_is_read
}

/// The commit of the data set that this one's rows follow.
fn header_of(definition: &DataSet, commits: &[Option<DataSetCommit>]) -> Vec<DataSetCommit> {
    let Some(within) = &definition.scope.within else { return Vec::new() };
    commits.iter().flatten().filter(|commit| commit.name == within.data_set).cloned().collect()
}
