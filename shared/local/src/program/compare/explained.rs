//! The nearest candidates of rows that are on one side only, where keys to relax are named.
//!
//! The engine's exceptions pass through here on their way to their file; the explanations follow when all are known.

use std::path::Path;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use serde::Serialize;
use tieout_reconcile::{ExplainSpec, Explained, Explainer, FoundCounts, explanations_schema};
use tieout_tables::TableError;

use super::super::arguments::CompareArguments;
use super::super::failure::Failure;
use super::blame::{comparison_failure, machine_failure};
use super::pairing::Pairing;
use super::wide_table::{Use, WideTable};

/// Collects exceptions and explains them.
pub(super) struct Explanations {
    explainer: Explainer,
    table: WideTable,
}

/// How many rows had which answer.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Found {
    /// One candidate is nearest.
    pub(crate) nearest: u64,
    /// Several are equally near.
    pub(crate) ambiguous: u64,
    /// No row of the other side agrees in a relaxed key.
    pub(crate) none: u64,
    /// More rows agree than are looked at.
    pub(crate) too_many: u64,
}

/// What was found for the rows of each side, and by each relaxed key.
#[derive(Debug, Serialize)]
pub(crate) struct ExplainedRows {
    /// Rows on the left only.
    pub(crate) left: Found,
    /// Rows on the right only.
    pub(crate) right: Found,
    /// Rows of both sides by relaxed key.
    pub(crate) relaxed: Vec<RelaxedRows>,
}

/// What one relaxed key found.
#[derive(Debug, Serialize)]
pub(crate) struct RelaxedRows {
    /// The columns that agree.
    pub(crate) columns: Vec<String>,
    /// Rows of both sides.
    pub(crate) found: Found,
}

impl Explanations {
    /// Prepares a file of explanations; `None` when no key is relaxed.
    pub(super) fn create(
        arguments: &CompareArguments,
        pairing: &Pairing,
        exceptions: &SchemaRef,
        file: &Path,
        scratch: &Path,
    ) -> Result<Option<Self>, Failure> {
        if arguments.report.relax.is_empty() {
            return Ok(None);
        }
        let inputs = [arguments.left.as_path(), arguments.right.as_path()];
        let failed = |error| comparison_failure(&error, inputs, scratch);
        let spec = spec(arguments, pairing);
        let schema = explanations_schema(&spec, exceptions).map_err(failed)?;
        Ok(Some(Self {
            explainer: Explainer::new(&spec, exceptions, scratch).map_err(failed)?,
            table: WideTable::create(file, &schema, Use::Kept).map_err(|error| machine_failure(&error, file))?,
        }))
    }

    /// Takes a batch of exceptions.
    pub(super) fn push(&mut self, exceptions: &RecordBatch) -> Result<(), TableError> {
        self.explainer.push(exceptions)
    }

    /// Explains all and writes the file; gives its rows and what was found.
    pub(super) fn finish(self, inputs: [&Path; 2], scratch: &Path) -> Result<(u64, ExplainedRows), Failure> {
        let Self { explainer, mut table } = self;
        let explained = explainer.finish(&mut |batch| table.write(batch));
        let explained = explained.map_err(|error| comparison_failure(&error, inputs, scratch))?;
        let rows = table.finish().map_err(|error| machine_failure(&error, scratch))?;
        Ok((rows, explained.into()))
    }
}

fn spec(arguments: &CompareArguments, pairing: &Pairing) -> ExplainSpec {
    let report = &arguments.report;
    // The amount that the comparison is about: what is added up, or else what has a tolerance.
    let amount = report.sum_diff.as_ref().or_else(|| arguments.equality.abs_tol.first().map(|(name, _)| name));
    let amount = amount.and_then(|amount| pairing.values.iter().find(|names| names.left == *amount));
    ExplainSpec {
        key: pairing.key.iter().map(|names| names.left.clone()).collect(),
        compared: pairing.values.clone(),
        relax: report.relax.clone(),
        amount: amount.cloned(),
    }
}

impl From<FoundCounts> for Found {
    fn from(counts: FoundCounts) -> Self {
        let FoundCounts { nearest, ambiguous, none, too_many } = counts;
        Self { nearest, ambiguous, none, too_many }
    }
}

impl From<Explained> for ExplainedRows {
    fn from(explained: Explained) -> Self {
        let relaxed = explained.relaxed.into_iter();
        Self {
            left: explained.left.into(),
            right: explained.right.into(),
            relaxed: relaxed.map(|key| RelaxedRows { columns: key.columns, found: key.found.into() }).collect(),
        }
    }
}
