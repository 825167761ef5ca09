//! Where the rows of a derived data set go: the population, and what the definition keeps out of it, by reason.
//!
//! Every row of the answer ends in exactly one place, counted and totalled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tieout_catalog::Derived;
use tieout_evidence::EXCLUDED_REASON_COLUMN;
use tieout_extract::RowTests;
use tieout_model::{Column, Contract, CutoffDate, DataSetKind, DataSetResult, Excluded, Rejected, ValueFormat};
use tieout_tables::{TableError, Totals, column_schemas, column_type};

use super::{Derivation, DeriveError};
use crate::check::without_column;
use crate::extract::{LazyTable, Population};

/// Takes the batches of one derived data set.
pub(super) struct DerivedRows<'a> {
    definition: &'a Derived,
    /// The columns of the population.
    schema: SchemaRef,
    /// Where the reason of a row that is kept out stands in the answer.
    reason_at: Option<usize>,
    population: Population,
    totals: Totals,
    read_totals: Totals,
    tests: RowTests,
    excluded_totals: BTreeMap<String, Totals>,
    excluded: LazyTable,
}

impl<'a> DerivedRows<'a> {
    /// Starts on an answer with the columns `answer`.
    pub(super) fn new(definition: &'a Derived, answer: &Schema, folder: &Path) -> Result<Self, DeriveError> {
        let reason_at = match &definition.excluded_by {
            None => None,
            Some(column) => {
                Some(answer.index_of(column).map_err(|_| TableError::NoSuchColumn { column: column.clone() })?)
            }
        };
        let schema = without_column(answer, definition.excluded_by.as_deref());
        // SQL without ORDER BY answers in any order: a key, or all columns, fixes the order of the bytes.
        let all: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let order: Vec<String> =
            definition.key.iter().chain(all.iter().filter(|name| !definition.key.contains(name))).cloned().collect();
        let contract = Contract { key: definition.key.clone(), ..contract_of(&schema) };
        let mut with_reason = schema.fields().to_vec();
        with_reason.push(Arc::new(Field::new(EXCLUDED_REASON_COLUMN, DataType::Utf8, false)));
        Ok(Self {
            definition,
            reason_at,
            population: Population::new(&schema, &order, folder)?,
            totals: Totals::new(&schema, &definition.amounts)?,
            read_totals: Totals::new(&schema, &definition.amounts)?,
            tests: RowTests::new(&definition.tests, &contract, &schema)?,
            excluded_totals: BTreeMap::new(),
            excluded: LazyTable::new(folder.join("excluded"), Arc::new(Schema::new(with_reason))),
            schema,
        })
    }

    /// Takes a batch of the answer and says how many rows that makes.
    pub(super) fn take(&mut self, batch: &RecordBatch) -> Result<u64, DeriveError> {
        let (rows, reasons) = self.split(batch)?;
        self.read_totals.update(&rows)?;
        let Some(reasons) = reasons.filter(|reasons| reasons.null_count() < reasons.len()) else {
            self.keep(rows)?;
            return Ok(self.read_totals.rows());
        };
        let kept: BooleanArray = reasons.iter().map(|reason| Some(reason.is_none())).collect();
        self.keep(filter_record_batch(&rows, &kept).map_err(arrow_failed)?)?;
        let mut names: Vec<&str> = reasons.iter().flatten().collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of_reason: BooleanArray = reasons.iter().map(|reason| Some(reason == Some(name))).collect();
            self.exclude(name, &filter_record_batch(&rows, &of_reason).map_err(arrow_failed)?)?;
        }
        Ok(self.read_totals.rows())
    }

    /// The batch without the column of reasons, and that column.
    fn split(&self, batch: &RecordBatch) -> Result<(RecordBatch, Option<StringArray>), DeriveError> {
        let Some(at) = self.reason_at else { return Ok((batch.clone(), None)) };
        let name = self.definition.excluded_by.as_deref().unwrap_or_default();
        let reasons = batch.column(at).as_string_opt::<i32>().cloned().ok_or_else(|| TableError::WrongType {
            column: name.to_owned(),
            expected: "text".to_owned(),
            found: batch.column(at).data_type().to_string(),
        })?;
        let columns = batch.columns().iter().enumerate().filter(|(index, _)| *index != at);
        let columns = columns.map(|(_, column)| Arc::clone(column)).collect();
        Ok((RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(arrow_failed)?, Some(reasons)))
    }

    fn keep(&mut self, rows: RecordBatch) -> Result<(), DeriveError> {
        self.totals.update(&rows)?;
        self.tests.observe(&rows)?;
        self.population.take(rows)?;
        Ok(())
    }

    fn exclude(&mut self, reason: &str, rows: &RecordBatch) -> Result<(), DeriveError> {
        if !self.excluded_totals.contains_key(reason) {
            let totals = Totals::new(&self.schema, &self.definition.amounts)?;
            self.excluded_totals.insert(reason.to_owned(), totals);
        }
        if let Some(totals) = self.excluded_totals.get_mut(reason) {
            totals.update(rows)?;
        }
        let mut columns = rows.columns().to_vec();
        columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(reason, rows.num_rows()))) as ArrayRef);
        let batch = RecordBatch::try_new(Arc::clone(&self.excluded.schema), columns).map_err(arrow_failed)?;
        self.excluded.write(&batch)?;
        Ok(())
    }

    /// Writes what is still held and adds up.
    pub(super) fn finish(mut self, cutoff: CutoffDate) -> Result<Derivation, DeriveError> {
        let rows_read = self.read_totals.rows();
        let totals = self.totals.finish();
        let (path, rows, digest) = self.population.finish(&mut self.tests)?;
        let tests = self.tests.finish(&totals, cutoff);
        let excluded = self.excluded_totals.into_iter().map(|(reason, totals)| Excluded {
            reason,
            rows: totals.rows(),
            totals: totals.finish(),
        });
        let result = DataSetResult {
            name: self.definition.name.clone(),
            kind: DataSetKind::Derived,
            rows,
            rows_read,
            digest,
            columns: column_schemas(&self.schema)?,
            totals,
            excluded: excluded.collect(),
            rejected: Rejected::default(),
            tests,
            sources: Vec::new(),
            notes: Vec::new(),
        };
        Ok(Derivation { path, excluded: self.excluded.finish()?, read_totals: self.read_totals.finish(), result })
    }
}

fn arrow_failed(source: arrow::error::ArrowError) -> TableError {
    TableError::Arrow { action: "split the rows of a derived data set", source }
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
