//! The threads of one query.
//!
//! Plans are trees that the engine walks by recursion: threads with a deep stack hold every plan that the limits of
//! the SQL subset let through, whatever the stack of the caller. They also keep computing away from the threads on
//! which the caller waits.

use std::future::Future;

use tieout_pipeline::ports::EngineError;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// Bytes of stack of each thread; memory is taken only as far as it is used.
const STACK_BYTES: usize = 32 << 20;

/// Threads that compute one query and end with it.
#[derive(Debug)]
pub(crate) struct Workers(Option<Runtime>);

impl Workers {
    pub(crate) fn start(threads: usize) -> Result<Self, EngineError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK_BYTES)
            .thread_name("tieout-sql")
            .enable_all()
            .build();
        let failed = |error| EngineError::Execution(format!("the threads for a query could not be started: {error}"));
        runtime.map(|runtime| Self(Some(runtime))).map_err(failed)
    }

    /// Computes `work` on the threads and waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, EngineError>> + Send + 'static,
    ) -> Result<T, EngineError> {
        match self.spawn(work) {
            Some(task) => task.await.map_err(|_| cut_off())?,
            None => Err(cut_off()),
        }
    }

    /// Starts `work` on the threads; `None` once they have ended.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<JoinHandle<T>> {
        self.0.as_ref().map(|runtime| runtime.spawn(work))
    }
}

impl Drop for Workers {
    /// Ends the threads without waiting for them: a caller that waits inside its own runtime must not block.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The error for work that ended without an answer; what a panic said may hold a cell's content, so it is not told.
pub(crate) fn cut_off() -> EngineError {
    EngineError::Execution("the engine stopped before the answer was complete; run it again".to_owned())
}
