//! The notify stage: tells the people who must act, once a run.
//!
//! Reads: the result and the evidence manifest. Writes: receipts and its manifest. May touch: store and notifiers.
//! The message has an id of its own made from the run, so a second delivery is recognised by whoever receives it.

use tieout_catalog::{Person, Recipient};
use tieout_model::{Outcome, RunResult, StageName};
use tieout_notify::{
    ATTACHMENT_LIMIT_BYTES, Address, ExceptionsFile, MessageInput, Subscriber, compose, recipients_for,
};

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
fn recipients(run: &RunContext<'_>, result: &RunResult) -> Vec<Address> {
    let subscriber =
        |recipient: &Recipient| Subscriber { address: address(&recipient.person), on: recipient.on.clone() };
    let subscribers: Vec<Subscriber> = run.control.notify.recipients.iter().map(subscriber).collect();
    recipients_for(result.outcome, &subscribers)
}

fn address(person: &Person) -> Address {
    Address { name: person.name.clone(), email: person.email.clone() }
}

/// The same for every delivery of this run's message.
fn message_id(run: &RunContext<'_>) -> String {
    let id = &run.document.run_id;
    let domain = run.control.notify.from.email.rsplit_once('@').map_or("tieout.invalid", |(_, domain)| domain);
    // The start of the run keeps apart runs of the same number in different stores.
    let started = run.document.started_at.as_second();
    format!("<{}.{}.{}.{started}@{domain}>", id.control, id.cutoff_date, id.run)
}

async fn message(
    run: &RunContext<'_>,
    store: &dyn ArtifactStore,
    packaged: &Committed,
    result: &RunResult,
    recipients: &[Address],
    message_id: &str,
) -> Result<Vec<u8>, StageError> {
    let csv = packaged.artifact_named(EXCEPTIONS_CSV)?;
    let content = match csv.size_bytes {
        size if size > ATTACHMENT_LIMIT_BYTES => None,
        _ => Some(fetch_bytes(store, csv).await.map_err(|source| run.store_failed(STAGE, source))?),
    };
    let csv_location = store.locate(&csv.path);
    let exceptions =
        ExceptionsFile { location: &csv_location, size_bytes: csv.size_bytes, content: content.as_deref() };
    let input = MessageInput {
        result,
        from: &address(&run.control.notify.from),
        recipients,
        date: run.document.started_at,
        message_id,
        exceptions: (result.outcome != Outcome::Clean).then_some(exceptions),
        report: result.report.as_deref().unwrap_or_default(),
        package: result.package.as_deref().unwrap_or_default(),
        package_digest: packaged.artifact_named(".zip")?.digest,
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
