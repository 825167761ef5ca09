//! `tieout run`: runs a control to its end and prints what it found.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tieout_catalog::{Control, CutoffRuleKind};
use tieout_model::CutoffDate;
use tieout_pipeline::extract::Sources;
use tieout_pipeline::ports::{Clock, Notifier, SecretStore, Source};
use tieout_pipeline::wire::RunRequest;
use tieout_pipeline::{Limits, Operated, Ports, check::check, operate};
use tieout_sources::{FilesSource, PostgresSource, SqlServerSource};
use tieout_sql::{EmbeddedEngine, EngineSettings};

use super::arguments::{Format, RunArguments, Which};
use super::failure::Failure;
use super::{page, settings};
use crate::{FolderStore, Library, MachineSecrets, Outbox, SystemClock, SystemPause, progress_for};

/// Runs a control.
pub(super) async fn run(arguments: &RunArguments, format: Format, scratch: &Path) -> Result<ExitCode, Failure> {
    let which = &arguments.which;
    let library = Library::open(which.places.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folder = library.find(&which.control).map_err(|error| Failure::bad_input(&error))?;
    if let Some(data) = arguments.data.as_deref().filter(|data| !data.is_dir()) {
        return Err(Failure::bad_input_text(format!("the data folder '{}' does not exist", data.display())));
    }
    let limits = Limits {
        threads: usize::from(arguments.threads),
        memory_limit_bytes: u64::from(arguments.memory_limit) * 1024 * 1024,
    };
    let engine = EmbeddedEngine::new(EngineSettings {
        memory_limit_bytes: arguments.memory_limit as usize * 1024 * 1024,
        scratch: scratch.to_owned(),
        threads: limits.threads,
    });
    let checked = check(folder, &engine).await.map_err(|mistakes| Failure::definition(&mistakes))?;
    let request = request(arguments, &checked.control)?;
    let store = FolderStore::open(&which.places.store).map_err(|error| Failure::not_operated(&error))?;
    let control_folder = library.on_disk(folder, scratch).map_err(|error| Failure::not_operated(&error))?;
    let sources = Sources {
        kinds: kinds(Arc::new(MachineSecrets::new(settings::variables(), arguments.secrets.clone()))),
        data_folder: arguments.data.clone(),
        control_folder,
        pause: Arc::new(SystemPause),
    };
    let outbox = Outbox::new(&arguments.outbox.clone().unwrap_or_else(|| which.places.store.join("outbox")));
    let notifiers: [&dyn Notifier; 1] = [&outbox];
    let progress = progress_for();
    let ports = Ports {
        store: &store,
        sources: &sources,
        engine: &engine,
        notifiers: &notifiers,
        scratch,
        limits,
        clock: &SystemClock,
        progress: progress.as_ref(),
    };
    let operated = operate(&checked.control, &request, &settings::code_version(), &ports).await?;
    note_what_is_old(&operated, &checked.control, &operated.bound_parameters);
    page::print_result(&operated.result, format)?;
    Ok(ExitCode::from(operated.result.outcome.exit_code()))
}

/// The adapters by kind of source.
fn kinds(secrets: Arc<dyn SecretStore>) -> BTreeMap<&'static str, Arc<dyn Source>> {
    let mut kinds: BTreeMap<&'static str, Arc<dyn Source>> = BTreeMap::new();
    kinds.insert("files", Arc::new(FilesSource::new()));
    kinds.insert("postgres", Arc::new(PostgresSource::new(Arc::clone(&secrets))));
    kinds.insert("sqlserver", Arc::new(SqlServerSource::new(secrets)));
    kinds
}

fn request(arguments: &RunArguments, control: &Control) -> Result<RunRequest, Failure> {
    Ok(RunRequest {
        control: control.id.clone(),
        cutoff_date: past_cutoff_date(&arguments.which, control)?,
        parameters: arguments.parameters.iter().cloned().collect(),
        rerun: arguments.rerun,
        trigger: "tieout run".to_owned(),
    })
}

/// The cutoff date, which must be over: a period that still goes on cannot be concluded.
fn past_cutoff_date(which: &Which, control: &Control) -> Result<CutoffDate, Failure> {
    let cutoff_date = cutoff_date(which, control)?;
    let now = SystemClock.now().in_tz(&control.cutoff.time_zone).map_err(|error| Failure::bad_input(&error))?;
    if cutoff_date.date() < now.date() {
        return Ok(cutoff_date);
    }
    let zone = &control.cutoff.time_zone;
    Err(Failure::bad_input_text(format!(
        "the cutoff date {cutoff_date} is not over yet in {zone}: give an earlier one"
    )))
}

/// The date given, or the one that the control's own rule gives today.
pub(super) fn cutoff_date(which: &Which, control: &Control) -> Result<CutoffDate, Failure> {
    if let Some(cutoff_date) = which.cutoff_date {
        return Ok(cutoff_date);
    }
    let now = SystemClock.now().in_tz(&control.cutoff.time_zone).map_err(|error| Failure::bad_input(&error))?;
    Ok(match control.cutoff.kind {
        CutoffRuleKind::PreviousMonthEnd => CutoffDate::previous_month_end(now.date()),
        CutoffRuleKind::PreviousDay => {
            CutoffDate::new(now.date().yesterday().map_err(|error| Failure::bad_input(&error))?)
        }
    })
}

/// Says so when the answer is that of an earlier run, and when the definition has changed since.
fn note_what_is_old(operated: &Operated, control: &Control, parameters: &BTreeMap<String, String>) {
    if !operated.was_committed {
        return;
    }
    let document = &operated.document;
    eprintln!("this is run {}, committed before (begun {})", document.run_id.run, document.started_at);
    if document.definition != control.digest {
        eprintln!("the definition has changed since");
    }
    if parameters.iter().any(|(name, value)| document.parameters.get(name) != Some(value)) {
        eprintln!("it had other parameters");
    }
    eprintln!("to run again: --rerun");
}
