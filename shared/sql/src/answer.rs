//! The answer of a query, batch by batch in house types.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use tieout_pipeline::ports::{BatchStream, EngineError};
use tieout_tables::to_house;

use crate::failure;

/// Batches as the engine computes them, converted to house types exactly or not at all.
pub(crate) struct Answer {
    pub(crate) batches: SendableRecordBatchStream,
    pub(crate) schema: SchemaRef,
    pub(crate) memory_limit_bytes: usize,
}

#[async_trait]
impl BatchStream for Answer {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        let Some(batch) = self.batches.next().await else { return Ok(None) };
        let batch = batch.map_err(|error| failure::execution(&error, self.memory_limit_bytes))?;
        to_house(&batch, &self.schema).map(Some).map_err(|error| failure::unfit(&error))
    }

    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}
