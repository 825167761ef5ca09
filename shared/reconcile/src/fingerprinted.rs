//! A table as the filter sees it: its row groups and their fingerprints.
//!
//! It knows which columns of the other table can stand in for its own.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use arrow::array::ArrayRef;
use arrow::buffer::BooleanBuffer;
use arrow::record_batch::RecordBatch;
use tieout_tables::{
    Alike, Choose, FingerprintColumn, FingerprintKeys, FingerprintPlan, Fingerprints, ParquetTable, TableError,
};

use crate::filter::Fingerprinted;

/// A table with the plan of its fingerprints.
pub(crate) struct FingerprintedTable<'a> {
    table: &'a ParquetTable,
    plan: &'a FingerprintPlan,
    keys: &'a FingerprintKeys,
    /// For each column the other table's column whose cells are the same where their fingerprints are.
    twins: Vec<Option<usize>>,
    /// For each column in how many row groups it was not like its twin.
    differing: Vec<AtomicUsize>,
}

impl<'a> FingerprintedTable<'a> {
    /// A table that is compared with another one.
    pub(crate) fn new(
        table: &'a ParquetTable,
        plan: &'a FingerprintPlan,
        keys: &'a FingerprintKeys,
        (other, other_plan): (&ParquetTable, &FingerprintPlan),
    ) -> Self {
        let (schema, other_schema) = (table.schema(), other.schema());
        let pairs = || {
            let values = plan.values.iter().zip(&other_plan.values);
            plan.key.iter().zip(&other_plan.key).map(|pair| (pair, false)).chain(values.map(|pair| (pair, true)))
        };
        let twin = |column: usize| {
            let uses = || pairs().filter(|((own, _), _)| own.column == column);
            // What is compared tells more than the key, which may be normalised.
            let mut compared = uses().filter(|(_, is_compared)| *is_compared);
            let ((own, other), _) = compared.next().or_else(|| uses().next())?;
            let is_one = compared.next().is_none() && is_same_cell(own, other);
            let types = (schema.fields().get(column)?, other_schema.fields().get(other.column)?);
            (is_one && types.0.data_type() == types.1.data_type()).then_some(other.column)
        };
        let twins: Vec<_> = (0..schema.fields().len()).map(twin).collect();
        let differing = twins.iter().map(|_| AtomicUsize::new(0)).collect();
        Self { table, plan, keys, twins, differing }
    }
}

/// Whether equal words are equal cells, if the types are.
fn is_same_cell(own: &FingerprintColumn, other: &FingerprintColumn) -> bool {
    own.form == other.form && own.form.is_faithful()
}

impl Fingerprinted for FingerprintedTable<'_> {
    fn group_rows(&self) -> Vec<usize> {
        group_rows(self.table)
    }

    fn fingerprint(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        self.table.fingerprint(group, self.plan, self.keys, sink)
    }

    fn key_fingerprints(
        &self,
        group: usize,
        sink: &mut dyn FnMut(&Fingerprints) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        self.table.key_fingerprints(group, self.plan, self.keys, sink)
    }

    fn value_fingerprints(&self, group: usize, choose: Choose<'_>) -> Result<Option<RecordBatch>, TableError> {
        self.table.value_fingerprints(group, self.plan, self.keys, choose)
    }

    fn rows_like(
        &self,
        group: usize,
        rows: &BooleanBuffer,
        others: &RecordBatch,
        values: &[u64],
    ) -> Result<RecordBatch, TableError> {
        let cell = |other: &Option<usize>| Some(Arc::clone(others.columns().get((*other)?)?));
        let cells: Vec<Option<ArrayRef>> = self.twins.iter().map(cell).collect();
        let alike = Alike { cells: &cells, values, differing: &self.differing };
        self.table.fetch_alike(group, rows, self.plan, self.keys, alike)
    }
}

/// The rows of each row group of a table.
pub(crate) fn group_rows(table: &ParquetTable) -> Vec<usize> {
    (0..table.groups()).map(|group| table.group_rows(group)).collect()
}
