//! A session for one query: only the listed functions and types, a memory limit with spilling, one time zone.

use std::sync::Arc;

use datafusion::execution::SessionStateDefaults;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::prelude::SessionConfig;
use tieout_pipeline::ports::EngineError;

use crate::engine::EngineSettings;
use crate::functions;
use crate::sql_types::HouseTypes;
use crate::sums::ExactSums;

/// Sorts that one query is taken to run at a time on each thread.
const SORTS_AT_ONCE: usize = 8;

/// Makes a session. Nothing of it outlives the query, so that no cache answers for a file that has changed.
pub(crate) fn new(settings: &EngineSettings, memory: &Arc<dyn MemoryPool>) -> Result<SessionState, EngineError> {
    let folder = &settings.scratch;
    std::fs::create_dir_all(folder).map_err(|error| {
        EngineError::Execution(format!("the folder for temporary files '{}' is not usable: {error}", folder.display()))
    })?;
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![folder.clone()]));
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::clone(memory))
        .with_disk_manager_builder(disk)
        .build_arc()
        .map_err(|error| crate::failure::execution(&error, settings.memory_limit_bytes))?;
    // The first planner that answers wins, so ours comes before the engine's.
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(ExactSums)];
    planners.extend(SessionStateDefaults::default_expr_planners());
    Ok(SessionStateBuilder::new()
        .with_config(config(settings))
        .with_runtime_env(runtime)
        .with_expr_planners(planners)
        .with_type_planner(Arc::new(HouseTypes))
        .with_scalar_functions(functions::scalars())
        .with_aggregate_functions(functions::aggregates())
        .with_window_functions(functions::windows())
        .build())
}

fn config(settings: &EngineSettings) -> SessionConfig {
    let threads = settings.usable_threads();
    let mut config = SessionConfig::new().with_target_partitions(threads).with_information_schema(false);
    let options = config.options_mut();
    let execution = &mut options.execution;
    // What a sort has in memory is sorted as one piece before it is spilled. Merging pieces instead takes memory for
    // all keys again, and here every column is a key.
    execution.sort_in_place_threshold_bytes = settings.memory_limit_bytes;
    // What every sort on every thread keeps aside for merging what it spilled: a small share of a small limit.
    let share = settings.memory_limit_bytes / (SORTS_AT_ONCE * threads);
    execution.sort_spill_reservation_bytes = share.min(execution.sort_spill_reservation_bytes);
    options.execution.time_zone = Some("+00:00".to_owned());
    options.execution.enable_recursive_ctes = false;
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.collect_spans = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.sql_parser.support_varchar_with_length = false;
    // As Athena orders nulls, ascending and descending.
    "nulls_last".clone_into(&mut options.sql_parser.default_null_ordering);
    config
}
