//! The files of a package: everything that an auditor needs to check a run alone.

use std::path::Path;

use tieout_evidence::{Content, DataSetSummary, PackageFile, PackageHeader, write_package};
use tieout_model::{AmountColumn, Artifact, RunResult};

use super::{EXCEPTIONS_CSV, Findings, REPORT_HTML, STAGE, log::log};
use crate::StageError;
use crate::ports::ArtifactStore;
use crate::publish::Committed;
use crate::run::RunContext;
use crate::wire::{DataSetCommit, to_json};

/// Every file of the package but those that close it.
pub(super) async fn files(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    reconciled: &Committed,
    findings: &Findings,
    csv: &Path,
    report: &[u8],
) -> Result<Vec<PackageFile>, StageError> {
    let mut files = vec![
        bytes("run.json", to_json("run.json", &run.document)?),
        bytes("result.json", to_json("result.json", &findings.result)?),
        bytes("log.jsonl", log(&findings.extracted, &findings.result)?),
        bytes(REPORT_HTML, report.to_vec()),
        PackageFile { path: EXCEPTIONS_CSV.to_owned(), content: Content::File(csv.to_owned()) },
    ];
    files.extend(run.control.files.iter().map(|(path, content)| bytes(&format!("definition/{path}"), content.clone())));
    let commits = findings.extracted.data_sets.iter().chain(&findings.reconciled.derived);
    for commit in commits {
        files.extend(data_set_files(run, store, commit, &findings.result).await?);
    }
    for table in &findings.result.tables {
        let artifact = reconciled.artifact_named(&table.path)?;
        files.push(stored(run, store, &format!("tables/{}.parquet", table.name), artifact).await?);
    }
    Ok(files)
}

/// Writes the package to `zip`.
pub(super) fn write(
    run: &RunContext<'_>,
    result: &RunResult,
    files: Vec<PackageFile>,
    zip: &Path,
) -> Result<(), StageError> {
    let header = PackageHeader {
        run_id: run.document.run_id.clone(),
        definition: result.definition,
        code_version: run.document.code_version.clone(),
    };
    write_package(&header, files, zip)?;
    Ok(())
}

/// Query, rows and figures of one data set; a data set that could not be read has its query only.
async fn data_set_files(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    commit: &DataSetCommit,
    result: &RunResult,
) -> Result<Vec<PackageFile>, StageError> {
    let name = &commit.name;
    let query = format!("queries/{name}.json");
    let mut files = vec![bytes(&query, to_json(&query, &commit.query)?)];
    let parts = [("rows", &commit.rows), ("excluded", &commit.excluded), ("rejects", &commit.rejects)];
    for (part, artifact) in parts {
        if let Some(artifact) = artifact {
            files.push(stored(run, store, &format!("data/{name}/{part}.parquet"), artifact).await?);
        }
    }
    // The result has the outcome of tests between data sets, which a commit of one data set cannot have.
    if let Some(found) = result.data_sets.iter().find(|data_set| data_set.name == *name) {
        let path = format!("data/{name}/summary.json");
        let summary = DataSetSummary::new(found.clone(), amounts(run, name));
        let content = summary
            .to_bytes()
            .map_err(|error| StageError::Document { key: path.clone(), detail: error.to_string() })?;
        files.push(bytes(&path, content));
    }
    Ok(files)
}

fn amounts<'a>(run: &'a RunContext<'_>, name: &str) -> &'a [AmountColumn] {
    let extracted = run.control.data_sets.iter().find(|data_set| data_set.name == name);
    let derived = run.control.derived.iter().find(|derived| derived.name == name);
    match (extracted, derived) {
        (Some(data_set), _) => &data_set.contract.amounts,
        (None, Some(derived)) => &derived.amounts,
        (None, None) => &[],
    }
}

fn bytes(path: &str, content: Vec<u8>) -> PackageFile {
    PackageFile { path: path.to_owned(), content: Content::Bytes(content) }
}

async fn stored(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    path: &str,
    artifact: &Artifact,
) -> Result<PackageFile, StageError> {
    let local = run.fetch(store, STAGE, artifact).await?;
    Ok(PackageFile { path: path.to_owned(), content: Content::File(local) })
}
