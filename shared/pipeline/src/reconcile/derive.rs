//! Derived data sets: SQL over the data sets before them, sorted, totalled, tested and written like extracted ones.

use std::path::PathBuf;

use arrow::datatypes::Schema;
use tieout_catalog::Derived;
use tieout_extract::{ExtractError, RowTests, cross_tests};
use tieout_model::{Column, Contract, DataSetKind, DataSetResult, Reason, ReasonCode, Rejected, ValueFormat};
use tieout_tables::{Totals, column_schemas, column_type};

use super::{Work, not_carried_out};
use crate::StageError;
use crate::check::names;
use crate::error::chain;
use crate::extract::{Population, other_data_set};
use crate::ports::EngineError;
use crate::wire::{DataSetCommit, ExecutedQuery, Extracted};

/// A derived data set: its commit, still without its artifact, and its file when it could be computed.
pub(super) struct DerivedTable {
    pub(super) commit: DataSetCommit,
    pub(super) path: Option<PathBuf>,
}

/// Why a derivation did not come about; every kind is a reason for the result.
#[derive(Debug, thiserror::Error)]
enum DeriveError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Rows(#[from] ExtractError),
    #[error(transparent)]
    Table(#[from] tieout_tables::TableError),
}

/// Derives every data set in order and makes it available to the checks.
pub(super) async fn run(work: &mut Work<'_>, extracted: &Extracted) -> Result<Vec<DerivedTable>, StageError> {
    let mut derived = Vec::new();
    let mut commits = extracted.data_sets.clone();
    for definition in &work.run.control.derived {
        work.run.progress.step_began(&definition.name, None);
        let query = ExecutedQuery {
            data_set: definition.name.clone(),
            kind: "sql".to_owned(),
            query: definition.sql.clone(),
            parameters: work.run.parameters_as_text(),
            scope: Vec::new(),
            answer: None,
        };
        let mut commit = DataSetCommit::new(query);
        let missing = commits.iter().find(|before| before.result.is_none() && names(&definition.sql, &before.name));
        if let Some(missing) = missing {
            let reason = not_carried_out(&definition.name, &missing.name);
            work.result.reasons.push(reason.clone());
            commit.reasons.push(reason);
            commits.push(commit.clone());
            derived.push(DerivedTable { commit, path: None });
            continue;
        }
        let path = match derive(work, definition).await {
            Ok((path, mut result)) => {
                cross_tests(&mut result, &definition.tests, &[], |name| other_data_set(&commits, name));
                work.tables.add(&definition.name, path.clone(), &definition.key, &definition.amounts)?;
                work.result.data_sets.push(result.clone());
                commit.result = Some(result);
                Some(path)
            }
            Err(error) => {
                let error = StageError::stop_on_disk_failure(&definition.name, error, |error| match error {
                    DeriveError::Table(error) | DeriveError::Rows(ExtractError::Table(error)) => Ok(error),
                    other => Err(other),
                })?;
                let reason = reason_of(definition, &error);
                work.result.reasons.push(reason.clone());
                commit.reasons.push(reason);
                None
            }
        };
        commits.push(commit.clone());
        derived.push(DerivedTable { commit, path });
    }
    Ok(derived)
}

async fn derive(work: &Work<'_>, definition: &Derived) -> Result<(PathBuf, DataSetResult), DeriveError> {
    let run = work.run;
    let mut answer = work.engine.query(&work.tables.for_engine(), &definition.sql, &run.parameters).await?;
    let schema = answer.schema();
    let folder = run.scratch.path().join("reconcile").join(&definition.name);
    let failed = |source| tieout_tables::TableError::File { action: "make", path: folder.clone(), source };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    // SQL without ORDER BY answers in any order: a key, or all columns, fixes the order of the bytes.
    let all: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let order: Vec<String> =
        definition.key.iter().chain(all.iter().filter(|name| !definition.key.contains(name))).cloned().collect();
    let mut population = Population::new(&schema, &order, &folder)?;
    let mut totals = Totals::new(&schema, &definition.amounts)?;
    let contract = Contract { key: definition.key.clone(), ..contract_of(&schema) };
    let mut tests = RowTests::new(&definition.tests, &contract, &schema)?;
    let mut rows = 0;
    while let Some(batch) = answer.next_batch().await? {
        rows += batch.num_rows() as u64;
        totals.update(&batch)?;
        tests.observe(&batch)?;
        population.take(batch)?;
        run.progress.step_advanced(rows, 0);
    }
    let totals = totals.finish();
    let (path, rows, digest) = population.finish(&mut tests)?;
    let tests = tests.finish(&totals, run.cutoff_date());
    let result = DataSetResult {
        name: definition.name.clone(),
        kind: DataSetKind::Derived,
        rows,
        rows_read: rows,
        digest,
        columns: column_schemas(&schema)?,
        totals,
        excluded: Vec::new(),
        rejected: Rejected::default(),
        tests,
        sources: Vec::new(),
        notes: Vec::new(),
    };
    Ok((path, result))
}

/// A contract with the default formats, for reading the witness texts of a derived data set.
fn contract_of(schema: &Schema) -> Contract {
    let column = |field: &arrow::datatypes::FieldRef| {
        Some(Column {
            name: field.name().clone(),
            data_type: column_type(field.data_type())?,
            nullable: true,
            required: true,
            headers: vec![field.name().clone()],
            format: ValueFormat::default(),
        })
    };
    Contract { columns: schema.fields().iter().filter_map(column).collect(), ..Contract::default() }
}

fn reason_of(definition: &Derived, error: &DeriveError) -> Reason {
    let cure = match error {
        DeriveError::Engine(EngineError::Execution(_)) => "check the amounts, and the memory limit of the run",
        DeriveError::Engine(_) => "correct the SQL; `tieout check` shows the place",
        DeriveError::Rows(_) | DeriveError::Table(_) => "check the derived rows, and the amounts in the definition",
    };
    Reason {
        code: ReasonCode::DerivationFailed,
        subject: definition.name.clone(),
        detail: chain(error),
        cure: cure.to_owned(),
    }
}
