//! The answer of a query, batch by batch in house types.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use datafusion::execution::SendableRecordBatchStream;
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use tieout_pipeline::ports::{BatchStream, EngineError};
use tieout_tables::to_house;

use crate::failure;
use crate::workers::{Workers, cut_off};

/// Batches computed ahead of the reader.
const BATCHES_AHEAD: usize = 2;

/// What the threads send: batches, then `None` once for the end. A channel that closes before is no end.
type Delivery = Result<Option<RecordBatch>, EngineError>;

/// Batches as the engine computes them, converted to house types exactly or not at all.
pub(crate) struct Answer {
    deliveries: mpsc::Receiver<Delivery>,
    schema: SchemaRef,
    ended: bool,
    /// Lives as long as the answer is read.
    _workers: Workers,
}

impl Answer {
    /// Starts to compute the batches on the threads.
    pub(crate) fn start(
        workers: Workers,
        batches: SendableRecordBatchStream,
        schema: SchemaRef,
        memory_limit_bytes: usize,
    ) -> Self {
        let (sender, deliveries) = mpsc::channel(BATCHES_AHEAD);
        workers.spawn(deliver(batches, SchemaRef::clone(&schema), memory_limit_bytes, sender));
        Self { deliveries, schema, ended: false, _workers: workers }
    }
}

#[async_trait]
impl BatchStream for Answer {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>, EngineError> {
        if self.ended {
            return Ok(None);
        }
        let delivery = self.deliveries.next().await.unwrap_or_else(|| Err(cut_off()));
        self.ended = matches!(delivery, Ok(None));
        delivery
    }

    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}

async fn deliver(
    mut batches: SendableRecordBatchStream,
    schema: SchemaRef,
    memory_limit_bytes: usize,
    mut sender: mpsc::Sender<Delivery>,
) {
    while let Some(batch) = batches.next().await {
        let delivery = batch
            .map_err(|error| failure::execution(&error, memory_limit_bytes))
            .and_then(|batch| to_house(&batch, &schema).map_err(|error| failure::unfit(&error)));
        let failed = delivery.is_err();
        // A reader that is gone needs no more.
        if sender.send(delivery.map(Some)).await.is_err() || failed {
            return;
        }
    }
    drop(batches);
    sender.send(Ok(None)).await.ok();
}
