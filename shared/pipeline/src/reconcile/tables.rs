//! The data sets of a run as local Parquet files, for the checks that read them.

use std::path::PathBuf;

use arrow::datatypes::SchemaRef;
use tieout_model::AmountColumn;
use tieout_tables::{TableError, TableReader};

use super::{STAGE, open_table};
use crate::StageError;
use crate::ports::{ArtifactStore, EngineTable};
use crate::run::RunContext;
use crate::wire::Extracted;

/// One data set.
#[derive(Debug, Clone)]
pub(super) struct RunTable {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) schema: SchemaRef,
    /// The columns by which the file is sorted; empty when it is not.
    pub(super) key: Vec<String>,
    pub(super) amounts: Vec<AmountColumn>,
}

impl RunTable {
    /// The rows as they lie.
    pub(super) fn read(&self) -> Result<TableReader, TableError> {
        TableReader::open(&self.path)
    }

    /// The table as SQL sees it.
    pub(super) fn for_engine(&self) -> EngineTable {
        EngineTable { name: self.name.clone(), schema: SchemaRef::clone(&self.schema), files: vec![self.path.clone()] }
    }

    /// The amount column of this name.
    pub(super) fn amount(&self, column: &str) -> Option<&AmountColumn> {
        self.amounts.iter().find(|amount| amount.column == column)
    }
}

/// The data sets of a run that could be read or derived, in order.
#[derive(Debug, Default)]
pub(super) struct RunTables(Vec<RunTable>);

impl RunTables {
    /// The extracted data sets, fetched and checked.
    pub(super) async fn load(
        run: &RunContext<'_>,
        store: &dyn ArtifactStore,
        extracted: &Extracted,
    ) -> Result<Self, StageError> {
        let mut tables = Self::default();
        for data_set in &run.control.data_sets {
            let commit = extracted.data_sets.iter().find(|commit| commit.name == data_set.name);
            let Some(rows) = commit.and_then(|commit| commit.rows.as_ref()) else { continue };
            let path = run.fetch(store, STAGE, rows).await?;
            let contract = &data_set.contract;
            tables.add(&data_set.name, path, &contract.key, &contract.amounts)?;
        }
        Ok(tables)
    }

    /// Adds a table whose file is sorted by `key`.
    pub(super) fn add(
        &mut self,
        name: &str,
        path: PathBuf,
        key: &[String],
        amounts: &[AmountColumn],
    ) -> Result<(), StageError> {
        let schema = open_table(name, &path)?.schema();
        self.0.push(RunTable { name: name.to_owned(), path, schema, key: key.to_vec(), amounts: amounts.to_vec() });
        Ok(())
    }

    /// The data set of this name, when it could be read or derived.
    pub(super) fn get(&self, name: &str) -> Option<RunTable> {
        self.0.iter().find(|table| table.name == name).cloned()
    }

    /// All of them, as SQL sees them.
    pub(super) fn for_engine(&self) -> Vec<EngineTable> {
        self.0.iter().map(RunTable::for_engine).collect()
    }
}
