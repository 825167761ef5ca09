//! Where the rows of a data set go: population, excluded, rejects; each counted, totalled and written to scratch.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::sum_checked;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use tieout_catalog::{CONTROL_TOTALS_COLUMNS, DataSet, DataSetTest};
use tieout_evidence::EXCLUDED_REASON_COLUMN;
use tieout_extract::{ExtractError, MembershipBuilder, RowTests, ScopeFilter};
use tieout_model::{ColumnTotal, CutoffDate, DataSetKind, DataSetResult, Digest, Excluded, Rejected, StatedTotal};
use tieout_tables::{Sorter, TableError, TableWriter, Totals, cell_text, column_schemas};

use crate::ports::{Reject, SourceBatch};
use crate::run::RunContext;

/// The columns of a rejects table.
pub(crate) fn rejects_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let fields = vec![
        text("origin"),
        Field::new("line", DataType::Int64, false),
        text("column"),
        text("masked"),
        text("problem"),
    ];
    Arc::new(Schema::new(fields))
}

/// Takes the batches of one data set.
pub(super) struct Sinks<'a> {
    data_set: &'a DataSet,
    schema: SchemaRef,
    filter: ScopeFilter,
    tests: RowTests,
    population: Population,
    totals: Totals,
    read_totals: Totals,
    sums: BTreeMap<String, i64>,
    /// The places of the columns of a list of control totals, and what was read of it.
    stated: Option<([usize; 3], Vec<StatedTotal>)>,
    excluded_totals: BTreeMap<String, Totals>,
    excluded: LazyTable,
    rejects: LazyTable,
    rejected: u64,
    rows_read: u64,
}

/// The scratch files and figures of a data set that was read to its end.
pub(super) struct Finished {
    /// The population's file with its rows and digest.
    pub(super) rows: (PathBuf, u64, Digest),
    /// The excluded rows' file.
    pub(super) excluded: Option<PathBuf>,
    /// The rejects' file.
    pub(super) rejects: Option<PathBuf>,
    /// The figures; `sources` is still empty.
    pub(super) result: DataSetResult,
    /// Control totals over every row that converted.
    pub(super) read_totals: Vec<ColumnTotal>,
    /// Sums of the integer columns that tests ask for.
    pub(super) integer_sums: BTreeMap<String, i64>,
    /// What it states of other data sets, where it is a list of control totals.
    pub(super) stated: Vec<StatedTotal>,
}

impl<'a> Sinks<'a> {
    pub(super) fn new(
        run: &RunContext<'_>,
        data_set: &'a DataSet,
        schema: &SchemaRef,
        filter: ScopeFilter,
        tests: RowTests,
        summed: Vec<String>,
    ) -> Result<Self, ExtractError> {
        let folder = run.scratch.path().join("extract").join(&data_set.name);
        let failed = |source| TableError::File { action: "make", path: folder.clone(), source };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let with_reason = {
            let mut fields = schema.fields().to_vec();
            fields.push(Arc::new(Field::new(EXCLUDED_REASON_COLUMN, DataType::Utf8, false)));
            Arc::new(Schema::new(fields))
        };
        let contract = &data_set.contract;
        Ok(Self {
            data_set,
            schema: Arc::clone(schema),
            filter,
            tests,
            population: Population::new(schema, &contract.key, &folder)?,
            totals: Totals::new(schema, &contract.amounts)?,
            read_totals: Totals::new(schema, &contract.amounts)?,
            stated: stated_places(run, data_set, schema).map(|places| (places, Vec::new())),
            sums: summed.into_iter().map(|column| (column, 0)).collect(),
            excluded_totals: BTreeMap::new(),
            excluded: LazyTable::new(folder.join("excluded"), with_reason),
            rejects: LazyTable::new(folder.join("rejects"), rejects_schema()),
            rejected: 0,
            rows_read: 0,
        })
    }

    /// Takes a batch: every row ends in exactly one place.
    pub(super) fn take(&mut self, batch: &SourceBatch) -> Result<(), ExtractError> {
        self.rows_read += (batch.rows.num_rows() + batch.rejects.len()) as u64;
        self.take_rejects(&batch.rejects)?;
        self.read_totals.update(&batch.rows)?;
        let split = self.filter.split(&batch.rows)?;
        self.totals.update(&split.population)?;
        self.tests.observe(&split.population)?;
        for (column, sum) in &mut self.sums {
            *sum = add_column(*sum, &split.population, column)?;
        }
        if let Some((places, stated)) = &mut self.stated {
            take_stated(&split.population, *places, stated)?;
        }
        self.population.take(split.population)?;
        for (reason, rows) in split.excluded {
            self.take_excluded(&reason, &rows)?;
        }
        Ok(())
    }

    fn take_excluded(&mut self, reason: &str, rows: &RecordBatch) -> Result<(), ExtractError> {
        if !self.excluded_totals.contains_key(reason) {
            let totals = Totals::new(&self.schema, &self.data_set.contract.amounts)?;
            self.excluded_totals.insert(reason.to_owned(), totals);
        }
        if let Some(totals) = self.excluded_totals.get_mut(reason) {
            totals.update(rows)?;
        }
        let mut columns = rows.columns().to_vec();
        columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(reason, rows.num_rows()))) as ArrayRef);
        let batch = RecordBatch::try_new(Arc::clone(&self.excluded.schema), columns)?;
        Ok(self.excluded.write(&batch)?)
    }

    fn take_rejects(&mut self, rejects: &[Reject]) -> Result<(), ExtractError> {
        if rejects.is_empty() {
            return Ok(());
        }
        self.rejected += rejects.len() as u64;
        let text =
            |of: fn(&Reject) -> &str| Arc::new(StringArray::from_iter_values(rejects.iter().map(of))) as ArrayRef;
        let line = |reject: &Reject| i64::try_from(reject.line).unwrap_or(i64::MAX);
        let columns = vec![
            text(|reject| &reject.origin),
            Arc::new(Int64Array::from_iter_values(rejects.iter().map(line))) as ArrayRef,
            text(|reject| &reject.column),
            text(|reject| &reject.masked),
            text(|reject| &reject.problem),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.rejects.schema), columns)?;
        Ok(self.rejects.write(&batch)?)
    }

    /// Writes what is still held and adds up.
    pub(super) fn finish(mut self, cutoff: CutoffDate) -> Result<Finished, ExtractError> {
        let totals = self.totals.finish();
        let rows = self.population.finish(&mut self.tests)?;
        let tests = self.tests.finish(&totals, cutoff);
        let excluded = self.excluded_totals.into_iter().map(|(reason, totals)| Excluded {
            reason,
            rows: totals.rows(),
            totals: totals.finish(),
        });
        let result = DataSetResult {
            name: self.data_set.name.clone(),
            kind: DataSetKind::Extracted,
            rows: rows.1,
            rows_read: self.rows_read,
            digest: rows.2,
            columns: column_schemas(&self.schema)?,
            totals,
            excluded: excluded.collect(),
            rejected: Rejected { rows: self.rejected, tolerated: self.data_set.rejects_tolerated },
            tests,
            sources: Vec::new(),
            notes: Vec::new(),
        };
        Ok(Finished {
            rows,
            excluded: self.excluded.finish()?,
            rejects: self.rejects.finish()?,
            result,
            read_totals: self.read_totals.finish(),
            integer_sums: self.sums,
            stated: self.stated.map(|(_, stated)| stated).unwrap_or_default(),
        })
    }
}

/// Adds the rows of an excluded-rows table to a membership, each with its reason.
pub(super) fn add_excluded(builder: &mut MembershipBuilder, batch: &RecordBatch) -> Result<(), ExtractError> {
    let absent = || ExtractError::ColumnAbsent { column: EXCLUDED_REASON_COLUMN.to_owned() };
    let reasons = batch
        .column_by_name(EXCLUDED_REASON_COLUMN)
        .and_then(|column| column.as_string_opt::<i32>())
        .ok_or_else(absent)?;
    let mut start = 0;
    while start < batch.num_rows() {
        let reason = reasons.value(start);
        let length = (start..batch.num_rows()).take_while(|row| reasons.value(*row) == reason).count();
        builder.add_excluded(&batch.slice(start, length), reason)?;
        start += length;
    }
    Ok(())
}

/// The places of the columns of a list of control totals, when a test of the control reads this data set as one.
fn stated_places(run: &RunContext<'_>, data_set: &DataSet, schema: &Schema) -> Option<[usize; 3]> {
    let tests = run.control.data_sets.iter().flat_map(|other| &other.tests);
    let mut lists = tests.filter_map(DataSetTest::control_totals);
    if !lists.any(|list| list == data_set.name) {
        return None;
    }
    let [name, rows, amount] = CONTROL_TOTALS_COLUMNS.map(|column| schema.index_of(column).ok());
    Some([name?, rows?, amount?])
}

/// Takes the rows of a list of control totals.
fn take_stated(batch: &RecordBatch, places: [usize; 3], stated: &mut Vec<StatedTotal>) -> Result<(), TableError> {
    let [names, rows, amounts] = places.map(|place| batch.column(place));
    for row in 0..batch.num_rows() {
        let text = |array: &ArrayRef| cell_text(array, row);
        let Some(data_set) = text(names)? else { continue };
        stated.push(StatedTotal {
            data_set,
            rows: text(rows)?.and_then(|text| text.parse().ok()),
            amount: text(amounts)?.and_then(|text| text.parse().ok()),
        });
    }
    Ok(())
}

fn add_column(sum: i64, batch: &RecordBatch, column: &str) -> Result<i64, ExtractError> {
    let absent = || ExtractError::ColumnAbsent { column: column.to_owned() };
    let values =
        batch.column_by_name(column).and_then(|values| values.as_primitive_opt::<Int64Type>()).ok_or_else(absent)?;
    let overflow = || TableError::TotalOverflow { column: column.to_owned(), currency: "units".to_owned() };
    Ok(sum.checked_add(sum_checked(values)?.unwrap_or(0)).ok_or_else(overflow)?)
}

/// The population on its way to its file: sorted by key when there is one, otherwise in the source's order.
pub(crate) struct Population {
    path: PathBuf,
    schema: SchemaRef,
    order: Order,
}

enum Order {
    ByKey(Box<Sorter>),
    AsRead(Box<TableWriter>),
}

impl Population {
    pub(crate) fn new(schema: &SchemaRef, key: &[String], folder: &Path) -> Result<Self, TableError> {
        let path = folder.join("rows");
        let order = if key.is_empty() {
            Order::AsRead(Box::new(TableWriter::create(&path, schema)?))
        } else {
            Order::ByKey(Box::new(Sorter::new(Arc::clone(schema), key, folder)?))
        };
        Ok(Self { path, schema: Arc::clone(schema), order })
    }

    pub(crate) fn take(&mut self, batch: RecordBatch) -> Result<(), TableError> {
        match &mut self.order {
            Order::ByKey(sorter) => sorter.push(batch),
            Order::AsRead(writer) => writer.write(&batch),
        }
    }

    /// The file with its rows and digest; tests see the rows in the order of their key.
    pub(crate) fn finish(self, tests: &mut RowTests) -> Result<(PathBuf, u64, Digest), ExtractError> {
        let file = match self.order {
            Order::AsRead(writer) => writer.finish()?,
            Order::ByKey(sorter) => {
                let mut writer = TableWriter::create(&self.path, &self.schema)?;
                for batch in sorter.finish()? {
                    let batch = batch?;
                    tests.observe_sorted(&batch)?;
                    writer.write(&batch)?;
                }
                writer.finish()?
            }
        };
        Ok((self.path, file.rows, file.digest))
    }
}

/// A table whose file is only made when it gets a row.
pub(crate) struct LazyTable {
    path: PathBuf,
    pub(crate) schema: SchemaRef,
    writer: Option<TableWriter>,
}

impl LazyTable {
    pub(crate) fn new(path: PathBuf, schema: SchemaRef) -> Self {
        Self { path, schema, writer: None }
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => TableWriter::create(&self.path, &self.schema)?,
        };
        self.writer.insert(writer).write(batch)
    }

    pub(crate) fn finish(self) -> Result<Option<PathBuf>, TableError> {
        match self.writer {
            Some(writer) => {
                writer.finish()?;
                Ok(Some(self.path))
            }
            None => Ok(None),
        }
    }
}
