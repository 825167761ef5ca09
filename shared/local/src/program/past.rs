//! The latest committed run that a question is about.

use tieout_pipeline::{PastRun, latest};

use super::arguments::Which;
use super::failure::Failure;
use super::run;
use crate::{FolderStore, Library};

/// The store and the latest committed run in it; bad input when there is none.
pub(super) async fn latest_run(which: &Which) -> Result<(FolderStore, PastRun), Failure> {
    let library = Library::open(which.places.controls.as_deref()).map_err(|error| Failure::bad_input(&error))?;
    let folder = library.find(&which.control).map_err(|error| Failure::bad_input(&error))?;
    let control = tieout_catalog::load(folder).map_err(|mistakes| Failure::definition(&mistakes))?;
    let cutoff_date = run::cutoff_date(which, &control)?;
    let store = FolderStore::open(&which.places.store).map_err(|error| Failure::not_operated(&error))?;
    let past = latest(&store, &control.id, cutoff_date).await.map_err(|error| Failure::not_operated(&error))?;
    let past = past.ok_or_else(|| {
        Failure::bad_input_text(format!(
            "there is no committed run of '{id}' for {cutoff_date}; make one with: tieout run {id} --cutoff-date {cutoff_date}",
            id = control.id
        ))
    })?;
    Ok((store, past))
}
