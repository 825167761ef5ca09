//! One Parquet file read in every way, and the ways held against one another.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use tieout_tables::{
    CellForm, FingerprintColumn, FingerprintKeys, FingerprintPlan, Fingerprints, ParquetTable, TableError, TextForm,
};

use crate::chosen::Known;
use crate::mutator::Dice;

/// Begins most text cells of the corpus, and nothing else.
const MARKER: &str = "Qvq";

/// What reading a file gave.
#[derive(Debug)]
pub(crate) enum Found {
    /// A table, of which this many row groups were refused in some way.
    Table {
        refused: usize,
    },
    Refusal,
}

/// Reads a file in every way; an error is a broken promise.
pub(crate) fn read(path: &Path, seed: u64) -> Result<Found, String> {
    let table = match ParquetTable::open(path, None) {
        Ok(table) => table,
        Err(error) => return check_error(&error).map(|()| Found::Refusal),
    };
    let mut dice = Dice::new(seed);
    let mut refused = 0;
    let groups = table.groups().min(50);
    for group in 0..groups {
        refused += usize::from(!read_group(&table, group, path, &mut dice)?);
    }
    Ok(if groups > 0 && refused == groups { Found::Refusal } else { Found::Table { refused } })
}

/// Whether a row group is read in every way; each way must say the same or refuse.
fn read_group(table: &ParquetTable, group: usize, path: &Path, dice: &mut Dice) -> Result<bool, String> {
    let columns: Vec<usize> = (0..table.schema().fields().len()).collect();
    let batches = |error: TableError| check_error(&error).map(|()| None);
    let plan = plan(&table.schema());
    let prints = fingerprints(table, group, &plan)
        .map_or_else(|error| check_error(&error).map(|()| None), |prints| Ok(Some(prints)))?;
    let rows = match table.read_group(group, &columns).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(rows) => {
            Some(concat_batches(&table.schema(), &rows).map_err(|error| format!("gives odd batches: {error}"))?)
        }
        Err(error) => batches(error)?,
    };
    let Some(rows) = rows else { return Ok(false) };
    if rows.num_rows() != table.group_rows(group) {
        return Err(format!("gives {} rows, not {}", rows.num_rows(), table.group_rows(group)));
    }
    let is_fetched = check_fetched(table, group, &rows, dice)?;
    let Some(prints) = prints else { return Ok(false) };
    check_fingerprints(&rows, &prints, &plan, &path.with_extension("rewritten"))?;
    let keys = keys(&plan);
    let known = Known { table, group, plan: &plan, keys: &keys, rows: &rows, prints: &prints };
    Ok(known.check(dice)? && is_fetched)
}

/// Fetches every row, no row and some rows.
fn check_fetched(table: &ParquetTable, group: usize, rows: &RecordBatch, dice: &mut Dice) -> Result<bool, String> {
    let rare = 2 + dice.below(64);
    let choices = [0, 1, 2, rare].map(|chances| match chances {
        0 => BooleanBuffer::new_unset(rows.num_rows()),
        1 => BooleanBuffer::new_set(rows.num_rows()),
        chances => (0..rows.num_rows()).map(|_| dice.one_in(chances)).collect(),
    });
    for chosen in choices {
        let fetched = table.fetch(group, &chosen).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let fetched = match fetched {
            Ok(fetched) => concat_batches(&table.schema(), &fetched).map_err(|error| error.to_string())?,
            Err(error) => return check_error(&error).map(|()| false),
        };
        let mask = BooleanArray::new(chosen, None);
        let expected = filter_record_batch(rows, &mask).map_err(|error| error.to_string())?;
        if !is_same(&fetched, &expected) {
            return Err(format!("fetches other rows than it reads ({} of {})", mask.true_count(), rows.num_rows()));
        }
    }
    Ok(true)
}

/// Whether two batches hold the same; floats by their bits.
pub(crate) fn is_same(left: &RecordBatch, right: &RecordBatch) -> bool {
    left.num_rows() == right.num_rows()
        && left.columns().iter().zip(right.columns()).all(|(left, right)| left.to_data() == right.to_data())
}

/// The fingerprints must be those of a file that holds the rows as Arrow reads them.
fn check_fingerprints(
    rows: &RecordBatch,
    prints: &Fingerprints,
    plan: &FingerprintPlan,
    path: &Path,
) -> Result<(), String> {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), rows.schema(), None).unwrap();
    writer.write(rows).map_err(|error| format!("gives rows that cannot be written: {error}"))?;
    writer.close().unwrap();
    let rewritten = ParquetTable::open(path, None).map_err(|error| format!("gives odd rows: {error}"))?;
    let again = (0..rewritten.groups()).map(|group| fingerprints(&rewritten, group, plan));
    let again = again.collect::<Result<Vec<_>, _>>().map_err(|error| format!("gives odd rows: {error}"))?;
    std::fs::remove_file(path).unwrap();
    let again = again.into_iter().reduce(joined).unwrap_or_default();
    if again == *prints {
        return Ok(());
    }
    let is_other = |row: &usize| {
        again.keys.get(*row) != prints.keys.get(*row) || again.values.get(*row) != prints.values.get(*row)
    };
    Err(format!("has fingerprints of other rows, from row {:?} on", (0..rows.num_rows()).find(is_other)))
}

/// The fingerprints of a row group as one.
fn fingerprints(table: &ParquetTable, group: usize, plan: &FingerprintPlan) -> Result<Fingerprints, TableError> {
    let mut all = Fingerprints::default();
    table.fingerprint(group, plan, &keys(plan), &mut |window| {
        all = joined(std::mem::take(&mut all), window.clone());
        Ok(())
    })?;
    Ok(all)
}

fn keys(plan: &FingerprintPlan) -> FingerprintKeys {
    FingerprintKeys::new([7; 32], plan.key.len(), plan.values.len())
}

fn joined(mut all: Fingerprints, window: Fingerprints) -> Fingerprints {
    let before = u32::try_from(all.keys.len()).unwrap();
    all.keys.extend(window.keys);
    all.values.extend(window.values);
    all.null_keys.extend(window.null_keys.into_iter().map(|row| before + row));
    all
}

/// The first column as key, the others as values.
fn plan(schema: &arrow::datatypes::Schema) -> FingerprintPlan {
    let columns = schema.fields().iter().enumerate().map(|(column, field)| {
        let form = match field.data_type() {
            DataType::Boolean => CellForm::Boolean,
            DataType::Date32 => CellForm::Date,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => CellForm::Timestamp { up: 0 },
            DataType::Timestamp(..) => CellForm::DateOfTimestamp,
            DataType::Time64(_) => CellForm::Time { up: 0 },
            DataType::Float64 => CellForm::Float,
            DataType::Binary => CellForm::Bytes,
            DataType::Utf8 => CellForm::Text(TextForm::default()),
            _ => CellForm::Number { up: 2 },
        };
        FingerprintColumn { column, form }
    });
    let mut key: Vec<FingerprintColumn> = columns.collect();
    let values = key.split_off(key.len().min(1));
    FingerprintPlan { key, values }
}

/// An error says what is wrong and shows no cell.
pub(crate) fn check_error(error: &TableError) -> Result<(), String> {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(present) = cause {
        text = format!("{text}: {present}");
        cause = present.source();
    }
    if text.contains(MARKER) {
        return Err(format!("quotes a cell: {text}"));
    }
    Ok(())
}
