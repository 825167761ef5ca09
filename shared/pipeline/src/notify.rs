//! The notify stage: tells the people who must act, once a run.
//!
//! Reads: the result and the evidence manifest. Writes: receipts and its manifest. May touch: store and notifiers.
//! The message has an id of its own made from the run, so a second delivery is recognised by whoever receives it.

use tieout_catalog::Person;
use tieout_model::{RunResult, StageName};
use tieout_notify::{MessageInput, compose};

use crate::evidence::{EXCEPTIONS_CSV, final_result};
use crate::ports::{ArtifactStore, Notifier, Receipt};
use crate::publish::{Committed, commit, publish_fixed};
use crate::run::RunContext;
use crate::scratch::fetch_bytes;
use crate::wire::to_json;
use crate::{StageError, reconcile};

const STAGE: StageName = StageName::Notify;

/// Hands the message to every notifier and commits the stage with their receipts.
pub async fn run(
    run: &RunContext<'_>,
    reconciled: &Committed,
    packaged: &Committed,
    store: &dyn ArtifactStore,
    notifiers: &[&dyn Notifier],
) -> Result<Committed, StageError> {
    if let Some(committed) = Committed::read(run, store, STAGE).await? {
        return Ok(committed);
    }
    run.progress.stage_began(STAGE);
    let result = reconcile::read_result(run, store, reconciled).await?;
    let result = final_result(result, packaged, store)?;
    let recipients = recipients(run, &result);
    let mut receipts = Vec::new();
    if !recipients.is_empty() {
        let message_id = message_id(run);
        let message = message(run, store, packaged, &result, &recipients, &message_id).await?;
        for notifier in notifiers {
            let delivered = notifier.deliver(&message_id, &message).await;
            let receipt =
                delivered.map_err(|source| StageError::NotDelivered { run: run.document.run_id.clone(), source })?;
            receipts.push(write_receipt(run, store, &receipt).await?);
        }
    }
    let committed = commit(run, store, STAGE, vec![packaged.artifact.clone()], receipts).await?;
    run.progress.stage_ended(STAGE, recipients.len() as u64);
    Ok(committed)
}

/// The people who are told of this outcome.
fn recipients(run: &RunContext<'_>, result: &RunResult) -> Vec<Person> {
    let all = &run.control.notify.recipients;
    all.iter().filter(|recipient| recipient.on.contains(&result.outcome)).map(|recipient| recipient.person.clone()).collect()
}

/// The same for every delivery of this run's message.
fn message_id(run: &RunContext<'_>) -> String {
    let id = &run.document.run_id;
    let domain = run.control.notify.from.email.rsplit_once('@').map_or("tieout.invalid", |(_, domain)| domain);
    // The start of the run keeps apart runs of the same number in different stores.
    let started = run.document.started_at.as_second();
    format!("{}.{}.{}.{started}@{domain}", id.control, id.cutoff_date, id.run)
}

async fn message(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    packaged: &Committed,
    result: &RunResult,
    recipients: &[Person],
    message_id: &str,
) -> Result<Vec<u8>, StageError> {
    let csv = packaged.artifact_named(EXCEPTIONS_CSV)?;
    let csv = fetch_bytes(store, csv).await.map_err(|source| run.store_failed(STAGE, source))?;
    let package = packaged.artifact_named(".zip")?;
    let from = &run.control.notify.from;
    let to: Vec<(&str, &str)> =
        recipients.iter().map(|person| (person.name.as_str(), person.email.as_str())).collect();
    let input = MessageInput {
        result,
        from: (&from.name, &from.email),
        recipients: &to,
        date: run.document.started_at,
        message_id,
        exceptions_csv: Some(&csv),
        package_digest: package.digest,
    };
    Ok(compose(&input)?)
}

async fn write_receipt(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    receipt: &Receipt,
) -> Result<tieout_model::Artifact, StageError> {
    let key = run.layout.receipt(&receipt.channel);
    publish_fixed(run, store, STAGE, &key, to_json(&key, receipt)?).await
}
