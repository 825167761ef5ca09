//! The merge of sorted runs.
//!
//! Between equal keys the earlier run comes first. One batch of each run is held, and those whose rows are in the
//! batch that is being put together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::compute::interleave_record_batch;
use arrow::record_batch::RecordBatch;
use arrow::row::Rows;

use super::key::SortKey;
use super::run::{RunReader, open};
use crate::TableError;

/// The most rows of a batch.
const OUTPUT_ROWS: usize = 8_192;

/// The most batches that are held besides one of each run.
const MAX_USED_UP: usize = 32;

/// Merges runs batch by batch.
#[derive(Debug)]
pub(super) struct Merge {
    key: Arc<SortKey>,
    cursors: Vec<Cursor>,
    /// The next row of each run that has one, smallest first.
    heads: BinaryHeap<Reverse<Head>>,
    /// The batches that cursors and picks point into.
    batches: Vec<RecordBatch>,
    /// Batch and row of the rows of the next output.
    picks: Vec<(usize, usize)>,
}

/// A run's key and number; they compare in this order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    key: Vec<u8>,
    run: usize,
}

/// How far a run was read.
#[derive(Debug)]
struct Cursor {
    reader: RunReader,
    /// The position of the present batch among the batches of the merge; `None` at the end of the run.
    batch: Option<usize>,
    keys: Option<Rows>,
    row: usize,
}

impl Merge {
    /// Opens the runs, which must be sorted by `key`.
    pub(super) fn new(files: &[PathBuf], key: Arc<SortKey>) -> Result<Self, TableError> {
        let mut merge = Self {
            key,
            cursors: Vec::with_capacity(files.len()),
            heads: BinaryHeap::with_capacity(files.len()),
            batches: Vec::new(),
            picks: Vec::with_capacity(OUTPUT_ROWS),
        };
        for (run, file) in files.iter().enumerate() {
            let mut cursor = Cursor { reader: open(file)?, batch: None, keys: None, row: 0 };
            if cursor.load(&merge.key, &mut merge.batches)? {
                let mut head = Head { key: Vec::new(), run };
                cursor.copy_key(&mut head.key);
                merge.heads.push(Reverse(head));
            }
            merge.cursors.push(cursor);
        }
        Ok(merge)
    }

    /// Picks the rows of the next output.
    fn pick(&mut self) -> Result<(), TableError> {
        let most_batches = self.cursors.len() + MAX_USED_UP;
        while self.picks.len() < OUTPUT_ROWS && self.batches.len() <= most_batches {
            let Some(mut head) = self.heads.peek_mut() else { break };
            let Some(cursor) = self.cursors.get_mut(head.0.run) else { break };
            self.picks.extend(cursor.batch.map(|batch| (batch, cursor.row)));
            if cursor.advance(&self.key, &mut self.batches)? {
                cursor.copy_key(&mut head.0.key);
            } else {
                PeekMut::pop(head);
            }
        }
        Ok(())
    }

    /// Puts the picked rows together and lets go of the batches that are used up.
    fn output(&mut self) -> Result<RecordBatch, TableError> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let output = interleave_record_batch(&batches, &self.picks).map_err(TableError::arrow("merge sorted runs"))?;
        self.picks.clear();
        let mut kept = Vec::with_capacity(self.cursors.len());
        for cursor in &mut self.cursors {
            let batch = cursor.batch.and_then(|batch| self.batches.get(batch));
            cursor.batch = batch.map(|batch| {
                kept.push(batch.clone());
                kept.len() - 1
            });
        }
        self.batches = kept;
        Ok(output)
    }
}

impl Iterator for Merge {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let picked = self.pick();
        if picked.is_ok() && self.picks.is_empty() {
            return None;
        }
        let output = picked.and_then(|()| self.output());
        if output.is_err() {
            self.heads.clear();
            self.picks.clear();
        }
        Some(output)
    }
}

impl Cursor {
    /// Goes to the next row; `false` at the end of the run.
    fn advance(&mut self, key: &SortKey, batches: &mut Vec<RecordBatch>) -> Result<bool, TableError> {
        self.row += 1;
        if self.keys.as_ref().is_some_and(|keys| self.row < keys.num_rows()) {
            return Ok(true);
        }
        self.load(key, batches)
    }

    /// Reads the next batch that has rows; `false` at the end of the run.
    fn load(&mut self, key: &SortKey, batches: &mut Vec<RecordBatch>) -> Result<bool, TableError> {
        (self.batch, self.keys, self.row) = (None, None, 0);
        for batch in self.reader.by_ref() {
            let batch = batch.map_err(TableError::arrow("read a run of a sort from the scratch folder"))?;
            if batch.num_rows() > 0 {
                self.keys = Some(key.rows(&batch)?);
                self.batch = Some(batches.len());
                batches.push(batch);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Copies the present row's key.
    fn copy_key(&self, into: &mut Vec<u8>) {
        into.clear();
        if let Some(keys) = &self.keys {
            into.extend_from_slice(keys.row(self.row).data());
        }
    }
}
