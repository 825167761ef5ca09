//! The comparison of two tables: fingerprints first, then the rows that are left, in full.
//!
//! Memory holds a fingerprint a row of the smaller side, one bit a row of both, and a bounded sort of the rows that
//! are not matched; never a whole table. Threads, limits and the secret change no byte of the answer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use arrow::buffer::BooleanBuffer;
use arrow::record_batch::RecordBatch;
use tieout_model::{ComparisonClass, ComparisonResult, Side};
use tieout_tables::{FingerprintKeys, ParquetTable, TableError};

use crate::ReconcileError;
use crate::compare::{ComparisonPlan, resolve};
use crate::filter::{Candidates, FilterSettings, Filtered, filter};
use crate::fingerprinted::{FingerprintedTable, group_rows};
use crate::matched_amounts::matched_amounts;

/// Batches that wait to be sorted, for each side.
const BATCHES_AHEAD: usize = 4;

/// How a comparison is carried out; nothing of it changes the answer.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Threads that read and match; one at least.
    pub threads: usize,
    /// The most memory to use for reading and matching, in bytes; beyond it, fingerprints wait in `scratch`.
    pub memory_limit_bytes: Option<u64>,
    /// Folder for temporary files.
    pub scratch: PathBuf,
    /// Makes the fingerprints unpredictable for whoever writes the rows; see [`FingerprintKeys`].
    pub secret: [u8; 32],
    /// Judge every pair in full, also those whose fingerprints are equal, and compare the two answers.
    pub paranoid: bool,
}

/// Compares two tables and hands every row that is not matched to `exceptions`, in batches of the plan's
/// `exceptions_schema` and in order of the key.
///
/// The tables must have the columns of the plan's sides. Errors: those of [`resolve`], a file that cannot be read to
/// its end, no room in the scratch folder, a limit of memory that is too small, and with `paranoid` an answer of the
/// fingerprints that the rows do not confirm.
pub fn compare_tables(
    plan: &ComparisonPlan,
    left: &ParquetTable,
    right: &ParquetTable,
    settings: &EngineSettings,
    exceptions: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<ComparisonResult, ReconcileError> {
    let (left_plan, right_plan) = (plan.fingerprints(Side::Left), plan.fingerprints(Side::Right));
    let keys = FingerprintKeys::new(settings.secret, left_plan.key.len(), left_plan.values.len());
    let filtered = filter(
        &FingerprintedTable::new(left, &left_plan, &keys, (right, &right_plan)),
        &FingerprintedTable::new(right, &right_plan, &keys, (left, &left_plan)),
        FilterSettings {
            threads: settings.threads.max(1),
            memory_limit_bytes: settings.memory_limit_bytes,
            scratch: &settings.scratch,
        },
    )?;
    let tables = [left, right];
    if settings.paranoid {
        let expected = with_matched(judge(plan, tables, &filtered, settings, &mut |_| Ok(()))?, &filtered);
        let all = tables.map(|table| Candidates::all(&group_rows(table)));
        let [all_left, all_right] = all;
        let all = Filtered { matched: 0, left: all_left, right: all_right };
        let result = judge(plan, tables, &all, settings, exceptions)?;
        if result.matched != expected.matched {
            return Err(ReconcileError::Fingerprint { matched: expected.matched, confirmed: result.matched });
        }
        return Ok(result);
    }
    let mut result = with_matched(judge(plan, tables, &filtered, settings, exceptions)?, &filtered);
    for (side, table, candidates) in [(Side::Left, left, &filtered.left), (Side::Right, right, &filtered.right)] {
        matched_amounts(plan, side, table, candidates, settings.threads, &mut result)?;
    }
    Ok(result)
}

/// Counts the keys that the filter matched.
fn with_matched(mut result: ComparisonResult, filtered: &Filtered) -> ComparisonResult {
    result.matched += filtered.matched;
    for count in result.classes.iter_mut().filter(|count| count.class == ComparisonClass::Matched) {
        count.rows += filtered.matched;
    }
    result
}

/// Judges the candidates in full.
fn judge(
    plan: &ComparisonPlan,
    [left, right]: [&ParquetTable; 2],
    filtered: &Filtered,
    settings: &EngineSettings,
    exceptions: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<ComparisonResult, ReconcileError> {
    let tasks: Vec<Fetch<'_>> = tasks(left, &filtered.left, Side::Left)
        .chain(tasks(right, &filtered.right, Side::Right))
        .filter(|task| task.rows.count_set_bits() > 0)
        .collect();
    let (next, tasks) = (AtomicUsize::new(0), tasks.as_slice());
    std::thread::scope(|scope| {
        let (left_sender, left_rows) = sync_channel(BATCHES_AHEAD);
        let (right_sender, right_rows) = sync_channel(BATCHES_AHEAD);
        for _ in 0..settings.threads.clamp(1, tasks.len().max(1)) {
            let (left_sender, right_sender, next) = (left_sender.clone(), right_sender.clone(), &next);
            scope.spawn(move || {
                // The right side waits until the left side has been taken, so tasks come in that order, and whoever
                // goes over to the right lets go of the left: it ends when nobody holds its channel any more.
                let mut left_sender = Some(left_sender);
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if task.side == Side::Right {
                        left_sender = None;
                    }
                    if task.send(left_sender.as_ref().unwrap_or(&right_sender)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((left_sender, right_sender));
        let read = |candidates: &Candidates| candidates.read.clone().into_iter().map(Ok);
        let left = read(&filtered.left).chain(left_rows);
        let right = read(&filtered.right).chain(right_rows);
        resolve(plan, left, right, &settings.scratch, exceptions)
    })
}

/// Rows of a row group that are to be read.
struct Fetch<'a> {
    side: Side,
    table: &'a ParquetTable,
    group: usize,
    rows: &'a BooleanBuffer,
}

fn tasks<'a>(table: &'a ParquetTable, candidates: &'a Candidates, side: Side) -> impl Iterator<Item = Fetch<'a>> {
    let groups = candidates.unread.iter().enumerate();
    groups.map(move |(group, rows)| Fetch { side, table, group, rows })
}

impl Fetch<'_> {
    /// Reads and sends; `Err` when there is nobody to send to any more.
    fn send(&self, sender: &SyncSender<Result<RecordBatch, TableError>>) -> Result<(), ()> {
        let batches = match self.table.fetch(self.group, self.rows) {
            Ok(batches) => batches,
            Err(error) => return sender.send(Err(error)).map_err(drop),
        };
        for batch in batches {
            let failed = batch.is_err();
            sender.send(batch).map_err(drop)?;
            if failed {
                return Err(());
            }
        }
        Ok(())
    }
}
