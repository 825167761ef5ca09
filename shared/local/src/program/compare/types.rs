//! As what type each column of a text file is read.
//!
//! As declared; or as the other side's Parquet file has it; or, where both sides are text, as the narrowest type of
//! which every value of both sides is one. Nothing is guessed from a part of the rows.

use arrow::datatypes::{DataType, TimeUnit};
use tieout_model::{ColumnNames, ColumnType, NormalisationStep, Side};
use tieout_sources::{Readings, SurveyedColumn};
use tieout_tables::{arrow_type, column_type};

use super::super::arguments::CompareArguments;
use super::input::{Content, Input};
use super::pairing::Pairing;

/// The most digits of a decimal that is read from text.
const MAX_DIGITS: u8 = 38;

/// A column of a text file, and as what it is read.
#[derive(Debug)]
pub(super) struct ReadAs<'a> {
    /// The column.
    pub(super) column: &'a SurveyedColumn,
    /// As what it is read first.
    pub(super) read: ColumnType,
    /// The type of the column in the end.
    pub(super) data_type: DataType,
}

/// As what the columns of a side are read that are paired, each once; nothing of a Parquet file.
pub(super) fn read_as<'a>(
    arguments: &CompareArguments,
    pairing: &Pairing,
    own: &'a Input,
    other: &Input,
    side: Side,
) -> Vec<ReadAs<'a>> {
    let Content::Text(_, survey) = &own.content else { return Vec::new() };
    let mut columns: Vec<ReadAs<'a>> = Vec::new();
    for names in pairing.all() {
        let (name, counterpart) =
            if side == Side::Left { (&names.left, &names.right) } else { (&names.right, &names.left) };
        let Some(column) = survey.columns.iter().find(|column| column.name == *name) else { continue };
        if columns.iter().any(|known| known.column.name == *name) {
            continue;
        }
        let (read, data_type) = match declared(arguments, names) {
            Some(declared) => (declared, arrow_type(declared)),
            None => derived(&column.readings, other, counterpart, takes_days(arguments, &names.left)),
        };
        columns.push(ReadAs { column, read, data_type });
    }
    columns
}

/// The declared type of a pair, by either of its names.
fn declared(arguments: &CompareArguments, names: &ColumnNames) -> Option<ColumnType> {
    let declared = arguments.reading.types.iter().find(|(name, _)| *name == names.left || *name == names.right);
    declared.map(|(_, data_type)| *data_type)
}

fn takes_days(arguments: &CompareArguments, left: &str) -> bool {
    arguments.equality.normalise.iter().any(|(name, steps)| name == left && steps.has(NormalisationStep::Date))
}

fn derived(own: &Readings, other: &Input, counterpart: &str, takes_days: bool) -> (ColumnType, DataType) {
    let house = |data_type: ColumnType| (data_type, arrow_type(data_type));
    match &other.content {
        Content::Text(_, survey) => {
            let counterpart = survey.columns.iter().find(|column| column.name == counterpart);
            match counterpart {
                // Dates and timestamps stay what they are on each side where the time of day is dropped anyway.
                Some(counterpart) if !takes_days => house(own.with(&counterpart.readings).column_type()),
                _ => house(own.column_type()),
            }
        }
        Content::Parquet(columns) => {
            let found = columns.iter().find(|(name, _)| name == counterpart).and_then(|(_, found)| found.as_ref().ok());
            match found {
                Some(found) => like(own, found, takes_days),
                None => house(own.column_type()),
            }
        }
    }
}

fn fits(own: &Readings, data_type: ColumnType) -> bool {
    matches!(data_type, ColumnType::Decimal { precision, scale } if own.fit(precision, scale))
}

/// As what values are read that meet a column of a Parquet file.
fn like(own: &Readings, found: &DataType, takes_days: bool) -> (ColumnType, DataType) {
    let house = |data_type: ColumnType| (data_type, arrow_type(data_type));
    let decimal = |precision: u8, scale: i8| ColumnType::Decimal {
        precision: precision.min(MAX_DIGITS),
        scale: u8::try_from(scale).unwrap_or_default().min(MAX_DIGITS),
    };
    match found {
        // A number keeps all of its digits, whatever the other side has room for: the comparison is by value.
        DataType::Int64 => house(own.number_type().unwrap_or(ColumnType::Integer)),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            let theirs = decimal(*precision, *scale);
            match own.number_type() {
                Some(own_type) if !fits(own, theirs) => house(own_type),
                _ => house(theirs),
            }
        }
        DataType::Date32 | DataType::Timestamp(_, None) if takes_days && own.has_moments() => {
            house(ColumnType::Timestamp)
        }
        DataType::Float64 | DataType::Time64(_) => (ColumnType::Text, found.clone()),
        DataType::Timestamp(_, Some(zone)) => {
            (ColumnType::Text, DataType::Timestamp(TimeUnit::Microsecond, Some(zone.clone())))
        }
        DataType::Timestamp(_, None) => house(ColumnType::Timestamp),
        // Bytes have no form in a text file; that they do not compare is told as a difference of the schemas.
        other => house(column_type(other).unwrap_or(ColumnType::Text)),
    }
}
