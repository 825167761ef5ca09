//! Random small tables of two sides that write the same values in different types, and as cells of the oracle.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::i256;
use arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use tieout_model::Decimal;
use tieout_testkit::{OracleCell, OracleFloat};

/// The columns of both sides, in order.
pub(crate) const COLUMNS: [&str; 11] =
    ["nr", "part", "amount", "note", "currency", "day", "moment", "rate", "blob", "quantity", "place"];

/// A row of either side.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Tenths; always whole on the side whose type is integer.
    pub(crate) nr: Option<i64>,
    pub(crate) part: Option<&'static str>,
    /// Hundredths.
    pub(crate) amount: Option<i64>,
    pub(crate) note: Option<&'static str>,
    pub(crate) currency: &'static str,
    pub(crate) day: Option<i32>,
    /// Microseconds.
    pub(crate) moment: Option<i64>,
    pub(crate) rate: Option<f64>,
    pub(crate) blob: Option<&'static [u8]>,
    pub(crate) quantity: Option<i64>,
}

const HALF_DAY: i64 = 43_200_000_000;

pub(crate) fn rows() -> impl Strategy<Value = Vec<Row>> {
    let nr = prop_oneof![1 => Just(None), 8 => (0_i64..3).prop_map(|whole| Some(whole * 10)), 1 => Just(Some(5))];
    let part = prop_oneof![
        1 => Just(None),
        4 => Just(Some("a")),
        2 => Just(Some("b")),
        2 => prop::sample::select(vec![" A", "0a", "\u{e9}", "e\u{301}", "1.0", "01", "0"]).prop_map(Some),
    ];
    let amount = prop_oneof![1 => Just(None), 9 => (-30_i64..30).prop_map(Some)];
    let note = prop_oneof![1 => Just(None), 6 => Just(Some("x")), 1 => Just(Some("X")), 1 => Just(Some("y"))];
    let currency = prop_oneof![3 => Just("EUR"), 1 => Just("USD")];
    let day = prop_oneof![1 => Just(None), 6 => Just(Some(0)), 3 => (-3_i32..4).prop_map(Some)];
    let halves = prop_oneof![5 => Just(0), 3 => -3_i64..4];
    let moment = (halves, 0_i64..2).prop_map(|(halves, micros)| Some(halves * HALF_DAY + micros));
    let moment = prop_oneof![1 => Just(None), 6 => Just(Some(0)), 4 => moment];
    let rate = prop::sample::select(vec![None, Some(0.0), Some(0.0), Some(-0.0), Some(1.5), Some(f64::NAN)]);
    let blob: BoxedStrategy<Option<&'static [u8]>> =
        prop::sample::select(vec![None, Some(&b"\xff"[..]), Some(&b"\xff"[..]), Some(&b""[..])]).boxed();
    let quantity = prop_oneof![1 => Just(None), 6 => Just(Some(7)), 2 => (5_i64..9).prop_map(Some)];
    let row = (nr, part, amount, note, currency, day, moment, rate, blob, quantity).prop_map(
        |(nr, part, amount, note, currency, day, moment, rate, blob, quantity)| Row {
            nr,
            part,
            amount,
            note,
            currency,
            day,
            moment,
            rate,
            blob,
            quantity,
        },
    );
    prop::collection::vec(row, 0..14)
}

/// How a side writes the same values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// `nr` integer (broken tenths are taken as whole), amounts with 2 decimals, quantities integer, microseconds.
    Left,
    /// `nr` decimal(10,1), amounts with 4 decimals, quantities decimal(45,3), nanoseconds.
    Right,
}

impl Form {
    pub(crate) fn cells(self, place: usize, row: &Row) -> Vec<OracleCell> {
        let number = |value: Option<i64>, scale| {
            value.map_or(OracleCell::Null, |value| OracleCell::Number(Decimal::new(value.into(), scale).unwrap()))
        };
        let text = |value: Option<&str>| value.map_or(OracleCell::Null, |value| OracleCell::Text(value.into()));
        let nr = row.nr.map(|value| if self == Self::Left { value / 10 * 10 } else { value });
        vec![
            number(nr, 1),
            text(row.part),
            number(row.amount, 2),
            text(row.note),
            text(Some(row.currency)),
            row.day.map_or(OracleCell::Null, OracleCell::Day),
            row.moment.map_or(OracleCell::Null, |micros| OracleCell::Instant(i128::from(micros) * 1_000)),
            row.rate.map_or(OracleCell::Null, |rate| OracleCell::Float(OracleFloat(rate))),
            row.blob.map_or(OracleCell::Null, |bytes| OracleCell::Bytes(bytes.to_vec())),
            number(row.quantity, 0),
            number(Some(i64::try_from(place).unwrap()), 0),
        ]
    }

    /// The rows as cells, each with its place.
    pub(crate) fn all_cells(self, rows: &[Row]) -> Vec<Vec<OracleCell>> {
        rows.iter().enumerate().map(|(place, row)| self.cells(place, row)).collect()
    }

    /// The rows at these places, in this order; the column `place` has the place.
    pub(crate) fn table(self, rows: &[Row], places: &[usize]) -> RecordBatch {
        let rows: Vec<&Row> = places.iter().map(|&place| &rows[place]).collect();
        let decimals = |values: &mut dyn Iterator<Item = Option<i128>>, precision, scale| -> ArrayRef {
            let values: Decimal128Array = values.collect();
            Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
        };
        let texts =
            |values: &mut dyn Iterator<Item = Option<&str>>| -> ArrayRef { Arc::new(values.collect::<StringArray>()) };
        let left = self == Self::Left;
        let nr: ArrayRef = if left {
            Arc::new(rows.iter().map(|row| row.nr.map(|value| value / 10)).collect::<Int64Array>())
        } else {
            decimals(&mut rows.iter().map(|row| row.nr.map(i128::from)), 10, 1)
        };
        let (factor, scale) = if left { (1, 2) } else { (100, 4) };
        let amounts = &mut rows.iter().map(|row| row.amount.map(|value| i128::from(value) * factor));
        let moment: ArrayRef = if left {
            Arc::new(rows.iter().map(|row| row.moment).collect::<TimestampMicrosecondArray>())
        } else {
            let nanos = rows.iter().map(|row| row.moment.map(|micros| micros * 1_000));
            Arc::new(nanos.collect::<TimestampNanosecondArray>())
        };
        let quantity: ArrayRef = if left {
            Arc::new(rows.iter().map(|row| row.quantity).collect::<Int64Array>())
        } else {
            let thousandths = rows.iter().map(|row| row.quantity.map(|value| i256::from(value * 1_000)));
            Arc::new(thousandths.collect::<Decimal256Array>().with_precision_and_scale(45, 3).unwrap())
        };
        let places = places.iter().map(|&place| i64::try_from(place).unwrap());
        let columns: [ArrayRef; 11] = [
            nr,
            texts(&mut rows.iter().map(|row| row.part)),
            decimals(amounts, 18, scale),
            texts(&mut rows.iter().map(|row| row.note)),
            texts(&mut rows.iter().map(|row| Some(row.currency))),
            Arc::new(rows.iter().map(|row| row.day).collect::<Date32Array>()),
            moment,
            Arc::new(rows.iter().map(|row| row.rate).collect::<Float64Array>()),
            Arc::new(rows.iter().map(|row| row.blob).collect::<BinaryArray>()),
            quantity,
            Arc::new(Int64Array::from_iter_values(places)),
        ];
        let columns = COLUMNS.into_iter().zip(columns).map(|(name, array)| (name, array, true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    /// All rows in order.
    pub(crate) fn whole(self, rows: &[Row]) -> RecordBatch {
        self.table(rows, &(0..rows.len()).collect::<Vec<_>>())
    }
}
