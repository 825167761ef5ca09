//! The way into the engine: its settings, and the one call.
//!
//! The secret of the hashes comes from the operating system for each run and reaches no byte of the answer.

use std::num::NonZero;
use std::path::Path;

use arrow::record_batch::RecordBatch;
use tieout_model::ComparisonResult;
use tieout_reconcile::{ComparisonPlan, EngineSettings, ReconcileError, compare_tables};
use tieout_tables::{ParquetTable, TableError};

use super::super::arguments::MachineArguments;
use super::super::failure::Failure;

/// Threads where the machine does not say how many it has.
const DEFAULT_THREADS: usize = 2;

/// The settings that were asked for.
pub(super) fn settings(arguments: &MachineArguments, scratch: &Path) -> Result<EngineSettings, Failure> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)
        .map_err(|error| Failure::machine(format!("the operating system gives no random bytes ({error})")))?;
    let available = std::thread::available_parallelism().map_or(DEFAULT_THREADS, NonZero::get);
    Ok(EngineSettings {
        threads: arguments.threads.map_or(available, usize::from),
        memory_limit_bytes: arguments.memory_limit,
        scratch: scratch.to_owned(),
        secret,
        paranoid: arguments.paranoid,
    })
}

/// Compares two tables; exceptions are handed on as they come.
pub(super) fn compare(
    plan: &ComparisonPlan,
    tables: &[ParquetTable; 2],
    settings: &EngineSettings,
    exceptions: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<ComparisonResult, ReconcileError> {
    let [left, right] = tables;
    compare_tables(plan, left, right, settings, exceptions)
}
