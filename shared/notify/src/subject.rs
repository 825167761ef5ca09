//! The subject of a message: control, cutoff date, verdict and size of the finding.
//!
//! It is made of checked names and figures only; no free text can reach a header through it.

use tieout_model::{Outcome, RunNumber, RunResult};

/// The subject, such as `[bank-ledger] 2024-01-31: 7 exceptions, EUR 1,234.56 in the largest finding`.
pub fn subject(result: &RunResult) -> String {
    let headline = result.headline();
    let verdict = match result.outcome {
        Outcome::Clean => format!("clean, {headline}"),
        Outcome::Exceptions => headline,
        Outcome::NotOperated => format!("NOT OPERATED, {headline}"),
    };
    // A later run corrects what the mailbox already holds, so it says which one it is.
    let run = if result.run == RunNumber::FIRST { String::new() } else { format!(" (run {})", result.run) };
    format!("[{}] {}: {verdict}{run}", result.control, result.cutoff_date)
}
