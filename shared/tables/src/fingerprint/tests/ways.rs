//! The same cells have the same fingerprints, however a file holds them and by whatever way they are read.

use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::file::properties::WriterVersion;
use arrow::array::{
    ArrowPrimitiveType, BinaryArray, BooleanArray, Decimal128Array, FixedSizeBinaryArray, PrimitiveArray, StringArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type, Int32Type, Int64Type,
    Time32MillisecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, UInt32Type, UInt64Type, i256,
};
use proptest::prelude::*;

use super::super::array::add_cells;
use super::super::slot::Sum;
use super::super::window::upper;
use super::*;

/// Numbers that are the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
    }
}

/// How the cells of a column repeat and how often they are null.
#[derive(Debug, Clone, Copy)]
struct Shape {
    rows: usize,
    /// How many different cells there are.
    distinct: u64,
    /// How many rows one behind the other are the same.
    run: u64,
    /// Of how many cells one is null; 0 for none.
    null_of: u64,
}

fn cells<T>(seed: u64, shape: Shape, cell: impl Fn(u64) -> T) -> Vec<Option<T>> {
    let mut numbers = Numbers(seed);
    let mut of_row = (0, false);
    (0..shape.rows as u64)
        .map(|row| {
            if row % shape.run == 0 {
                of_row = (
                    numbers.next() % shape.distinct,
                    shape.null_of > 0 && numbers.next().is_multiple_of(shape.null_of),
                );
            }
            (!of_row.1).then(|| cell(Numbers(of_row.0).next()))
        })
        .collect()
}

fn primitive<T: ArrowPrimitiveType>(seed: u64, shape: Shape, cell: impl Fn(u64) -> T::Native) -> PrimitiveArray<T> {
    cells(seed, shape, cell).into_iter().collect()
}

fn some_text(number: u64) -> String {
    let letters = ["a", "Z", " ", "0", "ß", "é", "e\u{301}", "\u{1f600}", "x", "y", "z"];
    let length = if number.is_multiple_of(97) { 1_200 } else { number % 23 };
    let mut numbers = Numbers(number);
    (0..length).map(|_| letters[usize::try_from(numbers.next() % 11).unwrap()]).collect()
}

fn i32_of(number: u64) -> i32 {
    i32::from_le_bytes(*number.to_le_bytes().first_chunk().unwrap())
}

/// A column of every type that a Parquet file holds.
fn columns(seed: u64, shape: Shape) -> Vec<ArrayRef> {
    let wide = |number: u64| i128::from(number.cast_signed()) * 1_000_003_000_007;
    let decimal = |precision, cell: fn(u64) -> i128| {
        let array: Decimal128Array = primitive::<Decimal128Type>(seed, shape, cell);
        array.with_precision_and_scale(precision, 2).unwrap()
    };
    let huge =
        primitive::<Decimal256Type>(seed, shape, |number| i256::from_i128(wide(number)).wrapping_mul(i256::MINUS_ONE));
    let bytes = |number: u64| number.to_le_bytes()[..usize::try_from(number % 9).unwrap()].to_vec();
    vec![
        Arc::new(cells(seed, shape, some_text).into_iter().collect::<StringArray>()),
        Arc::new(cells(seed, shape, |number| number % 3 == 0).into_iter().collect::<BooleanArray>()),
        Arc::new(cells(seed, shape, bytes).into_iter().collect::<BinaryArray>()),
        Arc::new(
            FixedSizeBinaryArray::try_from_sparse_iter_with_size(
                cells(seed, shape, |number| number.to_le_bytes()[..5].to_vec()).into_iter(),
                5,
            )
            .unwrap(),
        ),
        Arc::new(primitive::<Int8Type>(seed, shape, |number| number.to_le_bytes()[0].cast_signed())),
        Arc::new(primitive::<UInt32Type>(seed, shape, |number| i32_of(number).cast_unsigned())),
        Arc::new(primitive::<Int32Type>(seed, shape, i32_of)),
        Arc::new(primitive::<Int64Type>(seed, shape, u64::cast_signed)),
        Arc::new(primitive::<UInt64Type>(seed, shape, |number| number)),
        Arc::new(decimal(7, |number| i128::from(number % 9_000_000) - 5_000_000)),
        Arc::new(decimal(18, |number| i128::from(number.cast_signed()) / 100)),
        Arc::new(decimal(38, wide)),
        Arc::new(huge.with_precision_and_scale(60, 2).unwrap()),
        Arc::new(primitive::<Date32Type>(seed, shape, i32_of)),
        Arc::new(primitive::<TimestampMillisecondType>(seed, shape, |number| i32_of(number).into())),
        Arc::new(primitive::<TimestampMicrosecondType>(seed, shape, u64::cast_signed).with_timezone("UTC")),
        Arc::new(primitive::<TimestampNanosecondType>(seed, shape, u64::cast_signed)),
        Arc::new(primitive::<Time32MillisecondType>(seed, shape, |number| i32_of(number % 86_400_000))),
        Arc::new(primitive::<Time64NanosecondType>(seed, shape, |number| (number % 86_400).cast_signed())),
        Arc::new(primitive::<Float32Type>(seed, shape, |number| f32::from_bits(i32_of(number).cast_unsigned()))),
        Arc::new(primitive::<Float64Type>(seed, shape, f64::from_bits)),
    ]
}

/// What the fingerprints must be, by way of the arrays alone.
fn expected(batch: &RecordBatch, plan: &FingerprintPlan) -> Fingerprints {
    let keys = FingerprintKeys::new([3; 32], plan.key.len(), plan.values.len());
    let mut is_null = vec![false; batch.num_rows()];
    let mut key_sums: Vec<Sum<2>> = vec![keys.key.start; batch.num_rows()];
    for (column, slot) in plan.key.iter().zip(&keys.key.columns) {
        add_cells(batch.column(column.column), &column.form, slot, &mut key_sums, &mut |row| is_null[row] = true);
    }
    let mut value_sums: Vec<Sum<1>> = vec![keys.values.start; batch.num_rows()];
    for (column, slot) in plan.values.iter().zip(&keys.values.columns) {
        add_cells(batch.column(column.column), &column.form, slot, &mut value_sums, &mut |_| {});
    }
    let null_keys = (0..).zip(is_null).filter_map(|(row, is_null)| is_null.then_some(row)).collect();
    let values = value_sums.iter().map(|[sum]| upper(*sum)).collect();
    Fingerprints { first_row: 0, keys: key_sums.iter().map(|sum| sum.map(upper)).collect(), values, null_keys }
}

/// Ways to write the same table.
fn properties() -> impl Strategy<Value = WriterProperties> {
    let compression = prop::sample::select(vec![
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
    ]);
    let version = prop::sample::select(vec![WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0]);
    // What is not said is delta encoding in version 2.
    let encoding = prop::sample::select(vec![None, Some(Encoding::PLAIN)]);
    (compression, version, encoding, any::<bool>(), 1_usize..3_000, 100_usize..20_000, 500_usize..9_000).prop_map(
        |(compression, version, encoding, dictionary, page_rows, dictionary_bytes, group_rows)| {
            let builder = WriterProperties::builder();
            let builder = match encoding {
                Some(encoding) => builder.set_encoding(encoding),
                None => builder,
            };
            builder
                .set_compression(compression)
                .set_writer_version(version)
                .set_dictionary_enabled(dictionary)
                .set_dictionary_page_size_limit(dictionary_bytes)
                .set_data_page_row_count_limit(page_rows)
                .set_write_batch_size(page_rows.min(512))
                .set_max_row_group_row_count(Some(group_rows))
                .build()
        },
    )
}

fn shapes() -> impl Strategy<Value = Shape> {
    let null_of = prop::sample::select(vec![0, 0, 1, 2, 7, 500]);
    (0_usize..6_000, 1_u64..4_000, prop::sample::select(vec![1_u64, 1, 3, 60]), null_of)
        .prop_map(|(rows, distinct, run, null_of)| Shape { rows, distinct, run, null_of })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_way_of_writing_gives_the_fingerprints_of_the_arrays(
        seed in any::<u64>(), shape in shapes(), properties in properties(), nullable in any::<bool>(),
    ) {
        let shape = if nullable { shape } else { Shape { null_of: 0, ..shape } };
        let columns = (0..).zip(columns(seed, shape)).map(|(name, array): (i32, _)| (format!("c{name}"), array, nullable));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        written_batch(&path, &batch, properties);
        let table = ParquetTable::open(&path, None).unwrap();
        let schema = table.schema();
        let column = |column| FingerprintColumn { column, form: plain_form(schema.field(column).data_type()) };
        let mut plan = FingerprintPlan { key: [0, 7, 12].map(column).to_vec(), values: Vec::new() };
        plan.values.extend((0..schema.fields().len()).map(column));
        plan.values[0].form = text(&[NormalisationStep::Nfc, NormalisationStep::Trim, NormalisationStep::Case]);
        let positions: Vec<usize> = (0..schema.fields().len()).collect();
        let batches: Vec<RecordBatch> = (0..table.groups())
            .flat_map(|group| table.read_group(group, &positions).unwrap())
            .map(Result::unwrap)
            .collect();
        let read = concat_batches(&schema, &batches).unwrap();
        prop_assert_eq!(all(&table, &plan).unwrap(), expected(&read, &plan));
    }
}
