//! The port `QueryEngine` on embedded `DataFusion`.
//!
//! Every call makes a session of its own, on threads of its own, over only the tables that it is given. The plan is
//! checked before a row is read: what is not exact, not deterministic or not in the SQL subset does not run.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use tieout_pipeline::ports::{BatchStream, EngineError, EngineTable, Parameters, QueryEngine};
use tieout_tables::house_schema;

use crate::answer::Answer;
use crate::conversions::Conversions;
use crate::problem::planning;
use crate::sql_text::SqlText;
use crate::tables::{self, Use};
use crate::workers::Workers;
use crate::{exact, failure, order, parameters, rewrite, session, statement};

/// What an engine may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineSettings {
    /// Memory that all running queries share, in bytes; what does not fit is sorted and grouped on disk.
    pub memory_limit_bytes: usize,
    /// Folder for temporary files; made when it is absent.
    pub scratch: PathBuf,
    /// Threads that one query computes on, at least 1 and at most one for every 32 MiB of memory. They do not change
    /// an answer.
    pub threads: usize,
}

impl EngineSettings {
    /// Memory that a thread must have to itself: below it, merging what several threads spilled would find none left.
    const THREAD_BYTES: usize = 32 << 20;

    /// The threads that the memory is enough for.
    pub(crate) fn usable_threads(&self) -> usize {
        self.threads.min(self.memory_limit_bytes / Self::THREAD_BYTES).max(1)
    }
}

/// SQL over Parquet files, computed in this process.
///
/// Rows of a query without ORDER BY come in any order. ORDER BY, LIMIT and windows order rows with equal keys by all
/// their columns, so an answer depends on its input alone.
#[derive(Debug)]
pub struct EmbeddedEngine {
    settings: EngineSettings,
    memory: Arc<dyn MemoryPool>,
}

impl EmbeddedEngine {
    /// Makes an engine; nothing is opened, written or started before the first call.
    #[must_use]
    pub fn new(settings: EngineSettings) -> Self {
        let memory = Arc::new(FairSpillPool::new(settings.memory_limit_bytes));
        Self { settings, memory }
    }

    fn call(&self, tables: &[EngineTable], sql: &str, parameters: &Parameters) -> Call {
        Call {
            settings: self.settings.clone(),
            memory: Arc::clone(&self.memory),
            tables: tables.to_vec(),
            sql: sql.to_owned(),
            parameters: parameters.clone(),
        }
    }
}

#[async_trait]
impl QueryEngine for EmbeddedEngine {
    async fn plan(&self, tables: &[EngineTable], sql: &str, parameters: &Parameters) -> Result<SchemaRef, EngineError> {
        let call = self.call(tables, sql, parameters);
        Workers::start(1)?.run(async move { call.plan().await }).await
    }

    async fn query(
        &self,
        tables: &[EngineTable],
        sql: &str,
        parameters: &Parameters,
    ) -> Result<Box<dyn BatchStream>, EngineError> {
        let call = self.call(tables, sql, parameters);
        let workers = Workers::start(self.settings.usable_threads())?;
        let (batches, schema) = workers.run(async move { call.query().await }).await?;
        Ok(Box::new(Answer::start(workers, batches, schema, self.settings.memory_limit_bytes)))
    }
}

/// One call of the engine, with all that it needs to run on threads of its own.
struct Call {
    settings: EngineSettings,
    memory: Arc<dyn MemoryPool>,
    tables: Vec<EngineTable>,
    sql: String,
    parameters: Parameters,
}

impl Call {
    async fn plan(&self) -> Result<SchemaRef, EngineError> {
        let state = session::new(&self.settings, &self.memory)?;
        tables::register(&state, &self.tables, &self.parameters, Use::Plan)?;
        let (plan, schema) = self.prepare(&state).await?;
        state.optimize(&plan).map_err(|error| planning(&error, &SqlText::new(&self.sql), &self.tables))?;
        Ok(schema)
    }

    async fn query(&self) -> Result<(SendableRecordBatchStream, SchemaRef), EngineError> {
        let state = session::new(&self.settings, &self.memory)?;
        tables::register(&state, &self.tables, &self.parameters, Use::Read)?;
        let (plan, schema) = self.prepare(&state).await?;
        let failed = |error| failure::execution(&error, self.settings.memory_limit_bytes);
        let physical = state.create_physical_plan(&plan).await.map_err(failed)?;
        let batches = execute_stream(physical, state.task_ctx()).map_err(failed)?;
        Ok((batches, schema))
    }

    /// The checked plan and the columns of its answer.
    async fn prepare(&self, state: &SessionState) -> Result<(LogicalPlan, SchemaRef), EngineError> {
        let sql = &SqlText::new(&self.sql);
        let tables = self.tables.as_slice();
        let refused = |error| planning(&error, sql, tables);
        let statement = statement::read(sql)?;
        parameters::all_given(sql, &self.parameters)?;
        let plan = state.statement_to_plan(statement).await.map_err(refused)?;
        let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        read_only.verify_plan(&plan).map_err(refused)?;
        let plan = parameters::bind(plan, &self.parameters, sql, tables)?;
        let plan = rewrite::apply_to(plan, state.config_options()).map_err(refused)?;
        let written = Conversions::of(&plan).map_err(refused)?;
        let plan = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {}).map_err(refused)?;
        written.refuse_others(&Conversions::of(&plan).map_err(refused)?)?;
        exact::check(&plan, sql)?;
        let plan = order::make_total(plan).map_err(refused)?;
        let schema = house_schema(plan.schema().as_arrow()).map_err(|error| failure::unfit(&error))?;
        Ok((plan, schema))
    }
}
