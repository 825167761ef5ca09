//! The evidence stage: report, exceptions as CSV, and the package that an auditor can check alone.
//!
//! Reads: everything that extract and reconcile committed. Writes: report, CSV, package and its manifest.
//! May touch: the store only.

mod log;
mod package;
mod people;

use tieout_model::{RunResult, StageName};

use crate::ports::ArtifactStore;
use crate::publish::{Committed, StagedContent, StagedFile, commit, publish};
use crate::run::RunContext;
use crate::wire::{Extracted, Reconciled};
use crate::{StageError, extract, reconcile};

/// Name of the report, below the attempt.
pub const REPORT_HTML: &str = "report.html";
/// Name of the exceptions in CSV, below the attempt.
pub const EXCEPTIONS_CSV: &str = "exceptions.csv";

const STAGE: StageName = StageName::Evidence;

/// What the stages before committed, read back.
struct Findings {
    extracted: Extracted,
    reconciled: Reconciled,
    result: RunResult,
}

/// Writes report, CSV and package and commits the stage.
pub async fn run(
    run: &RunContext<'_>,
    extracted: &Committed,
    reconciled: &Committed,
    store: &dyn ArtifactStore,
) -> Result<Committed, StageError> {
    if let Some(committed) = Committed::read(run, store, STAGE).await? {
        return Ok(committed);
    }
    run.progress.stage_began(STAGE);
    let findings = Findings {
        extracted: extract::read(run, store, extracted).await?,
        reconciled: reconciled.document(run, store, reconcile::RECONCILED).await?,
        result: reconcile::read_result(run, store, reconciled).await?,
    };
    let package_name = package_name(run);
    let csv = people::exceptions_csv(run, store, reconciled).await?;
    let report = people::report(run, store, reconciled, &findings, &package_name).await?;
    run.progress.step_began(&package_name, None);
    let files = package::files(run, store, reconciled, &findings, &csv, &report).await?;
    let zip = run.scratch.file(&package_name)?;
    package::write(run, &findings.result, files, &zip)?;
    let staged = [
        StagedFile { name: REPORT_HTML.to_owned(), content: StagedContent::Bytes(report) },
        StagedFile { name: EXCEPTIONS_CSV.to_owned(), content: StagedContent::File(csv) },
        StagedFile { name: package_name, content: StagedContent::File(zip) },
    ];
    let artifacts = publish(run, store, STAGE, &staged).await?;
    let inputs = vec![extracted.artifact.clone(), reconciled.artifact.clone()];
    let committed = commit(run, store, STAGE, inputs, artifacts).await?;
    run.progress.stage_ended(STAGE, findings.result.tables.iter().map(|table| table.rows).sum());
    Ok(committed)
}

/// File name of the package: says what it is wherever it is copied to.
fn package_name(run: &RunContext<'_>) -> String {
    let id = &run.document.run_id;
    format!("{}-{}-{}.zip", id.control, id.cutoff_date, id.run)
}

/// The result with the places of package and report, as a person or a program finds them.
pub fn final_result(
    mut result: RunResult,
    packaged: &Committed,
    store: &dyn ArtifactStore,
) -> Result<RunResult, StageError> {
    result.package = Some(store.locate(&packaged.artifact_named(".zip")?.path));
    result.report = Some(store.locate(&packaged.artifact_named(REPORT_HTML)?.path));
    Ok(result)
}
