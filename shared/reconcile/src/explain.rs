//! Explanations: for every row that is on one side only, the nearest rows of the other side, and what separates them.
//!
//! A row is near only to rows that agree with it in a declared part of the key. Nothing is picked silently: rows that
//! stand equally near are all counted and listed, and where there are too many rows to look at, that is the answer.

mod cell;
mod nearest;
mod ordered_text;
mod plan;
mod pool;
mod search;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use tieout_model::ColumnNames;
use tieout_tables::TableError;

use crate::ReconcileError;
use crate::compare::Batches;
use plan::Plan;
use pool::Pool;
use search::Search;
use table::Table;
/// What makes a row of the other side near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainSpec {
    /// The columns of the key, as the exceptions table names them.
    pub key: Vec<String>,
    /// The compared columns; the exceptions table has them as `left_<left>` and `right_<right>`.
    pub compared: Vec<ColumnNames>,
    /// Relaxed keys in the order in which they are tried: the columns of the key that must still agree.
    pub relax: Vec<Vec<String>>,
    /// The amount whose difference decides between rows that differ in equally many columns: a pair of numeric
    /// columns of the exceptions table, or a numeric column of the key by its name there (in `left`).
    pub amount: Option<ColumnNames>,
}

/// How many rows had which answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundCounts {
    /// Rows with one nearest row on the other side.
    pub nearest: u64,
    /// Rows with several that are equally near.
    pub ambiguous: u64,
    /// Rows that agree with no row of the other side in any relaxed key.
    pub none: u64,
    /// Rows that agree with more rows of the other side than are looked at.
    pub too_many: u64,
}

/// What one relaxed key answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelaxedCounts {
    /// The columns that agree.
    pub columns: Vec<String>,
    /// Rows of both sides; `none` is zero.
    pub found: FoundCounts,
}

/// How many rows were explained, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Rows on the left side only.
    pub left: FoundCounts,
    /// Rows on the right side only.
    pub right: FoundCounts,
    /// Rows of both sides by the relaxed key that had candidates for them, in declared order.
    pub relaxed: Vec<RelaxedCounts>,
}

/// How much is looked at and listed.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// The most pairs of rows that are judged for one value of a relaxed key; with more, its rows are `too_many`.
    pairs: u64,
    /// The most candidates that are listed for a row.
    listed: usize,
}

/// 100,000 pairs are judged in a few milliseconds: enough for 300 open rows of one account on each side.
const LIMITS: Limits = Limits { pairs: 100_000, listed: 10 };

/// The columns of the explanations table: `side` (`left`, `right`), the key of the row, `found` (`nearest`,
/// `ambiguous`, `none`, `too_many`), `relaxed` (columns of the relaxed key that had candidates, separated by commas),
/// `candidates`, `candidate_<key>`, `differs_in` and `amount_difference`.
///
/// `schema` is the exceptions table's. Errors are those of [`Explainer::new`].
pub fn explanations_schema(spec: &ExplainSpec, schema: &Schema) -> Result<SchemaRef, ReconcileError> {
    Ok(Plan::new(spec, schema)?.output)
}

/// Explains the unmatched rows of an exceptions table; see [`Explainer`].
///
/// `exceptions` are its batches in any order, `schema` its columns. Errors: those of [`Explainer`], and whatever
/// `exceptions` or `explanations` report.
pub fn explain(
    spec: &ExplainSpec,
    schema: &Schema,
    exceptions: impl Batches,
    scratch: &Path,
    explanations: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
) -> Result<Explained, ReconcileError> {
    let mut explainer = Explainer::new(spec, schema, scratch)?;
    for batch in exceptions {
        explainer.push(&batch?)?;
    }
    explainer.finish(explanations)
}

/// Explains the unmatched rows of an exceptions table that arrives batch by batch.
///
/// For a row of class `only_left`, the candidates are the rows of class `only_right` that agree with it in the first
/// relaxed key in which any does, and the other way round; a null agrees with nothing. The nearest candidate is the
/// one that differs in the fewest columns of the key and compared columns, and among those the one whose amount is
/// closest (a null amount is the farthest). Values compare exactly and by value, whatever their types and scales;
/// tolerances are not applied. In a compared column null equals null.
///
/// - `nearest`: one candidate is nearest.
/// - `ambiguous`: `candidates` of them are equally near; the first ten, in the order of their key, have a line each.
/// - `none`: no relaxed key has a candidate.
/// - `too_many`: `candidates` rows agree in the relaxed key, and judging the rows that ask against those that agree
///   would take more than 100,000 pairs for this value of the key; nothing is judged.
///
/// Lines come by side (left first), key and candidate, whatever the order of the exceptions. Memory holds the buffers
/// of up to three sorts and the rows of 100,000 pairs, whatever the number of exceptions.
#[derive(Debug)]
pub struct Explainer {
    plan: Plan,
    limits: Limits,
    scratch: PathBuf,
    pool: Pool,
}

impl Explainer {
    /// Prepares for an exceptions table with these columns; what does not fit in memory goes to the folder `scratch`.
    ///
    /// Errors (all `Plan`): no key, no relaxed key, a column that is not there or has a type that cannot be compared,
    /// a relaxed key with a column that is not in the key, an amount that is not a number, names that would collide
    /// in the explanations table.
    pub fn new(spec: &ExplainSpec, schema: &Schema, scratch: &Path) -> Result<Self, ReconcileError> {
        Self::with_limits(spec, schema, scratch, LIMITS)
    }

    fn with_limits(
        spec: &ExplainSpec,
        schema: &Schema,
        scratch: &Path,
        limits: Limits,
    ) -> Result<Self, ReconcileError> {
        let plan = Plan::new(spec, schema)?;
        let pool = Pool::new(&plan, 0, scratch)?;
        Ok(Self { plan, limits, scratch: scratch.to_owned(), pool })
    }

    /// Takes a batch of the exceptions table; rows of other classes than `only_left` and `only_right` are passed by.
    ///
    /// Errors: other columns than the table's, and those of writing to the scratch folder.
    pub fn push(&mut self, exceptions: &RecordBatch) -> Result<(), TableError> {
        self.pool.push_exceptions(&self.plan, exceptions)
    }

    /// Explains the rows that were taken and hands on the batches of the explanations table.
    ///
    /// Errors: an amount difference beyond 38 digits, those of reading and writing the scratch folder, and whatever
    /// `explanations` reports.
    pub fn finish(
        self,
        explanations: &mut dyn FnMut(RecordBatch) -> Result<(), TableError>,
    ) -> Result<Explained, ReconcileError> {
        let mut table = Table::new(&self.plan, self.limits, &self.scratch)?;
        let mut pool = Some(self.pool);
        while let Some(asking) = pool.filter(Pool::has_questions) {
            pool = Search::new(&self.plan, asking.relaxed(), &self.scratch, &mut table)?.run(asking)?;
        }
        table.finish(explanations)
    }
}
