//! Every type of SQL Server with its extremes and its null, in both wire forms.

use tieout_testkit::tds::{Answer, CannedBackend, ServerOptions, TdsColumn, TdsServer, TdsType, TdsValue};

use tieout_model::{Column, ValueFormat};

use crate::support::{Outcome, QUERY, Reading, column, proof, source_for};

use TdsType as T;
use TdsValue as V;

/// Reads one column `v` of a type into a column of the house.
pub(crate) async fn read_as(house: &str, column_type: TdsType, values: Vec<TdsValue>, chunk_bytes: usize) -> Outcome {
    let nullable = values.contains(&TdsValue::Null);
    let answered = TdsColumn { name: "v".to_owned(), column_type, nullable };
    let rows: Vec<_> = values.into_iter().map(|value| vec![value]).collect();
    let answer = move |_: &_, _| Answer::table(vec![answered.clone()], rows.clone()).in_chunks_of(chunk_bytes);
    let backend = CannedBackend::new().on("tieout_rows", proof(0, None)).on("-- rows", answer);
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let query = QUERY.replace("p.id AS [Entry No_], p.amount AS [Amount]", "p.id AS v");
    // Nothing is taken off a text, and no text is null.
    let format = ValueFormat { trim: false, null: Vec::new(), ..ValueFormat::default() };
    let columns = vec![Column { format, ..column("v", "v", house) }];
    Reading::of(&query, columns).read(&source_for(&server)).await.unwrap()
}

/// Expects texts for values; a null is added to them and comes back.
async fn expect(house: &str, column_type: TdsType, pairs: Vec<(TdsValue, &str)>) {
    for with_null in [false, true] {
        let (mut values, mut texts): (Vec<_>, Vec<_>) =
            pairs.iter().map(|(value, text)| (value.clone(), (*text).to_owned())).unzip();
        if with_null {
            values.push(V::Null);
            texts.push("~".to_owned());
        }
        let outcome = read_as(house, column_type, values, 7).await;
        assert!(outcome.rejects.is_empty(), "{column_type:?}: {:?}", outcome.rejects);
        let found: Vec<_> = outcome.rows.into_iter().flatten().collect();
        assert_eq!(found, texts, "{column_type:?}");
    }
}

#[tokio::test]
async fn whole_numbers_and_bits() {
    let int = |number: i64, text| (V::Int(number), text);
    expect("boolean", T::Bit, vec![(V::Bit(true), "true"), (V::Bit(false), "false")]).await;
    expect("integer", T::Bit, vec![(V::Bit(true), "1")]).await;
    expect("integer", T::TinyInt, vec![int(0, "0"), int(255, "255")]).await;
    expect("integer", T::SmallInt, vec![int(-32_768, "-32768"), int(32_767, "32767")]).await;
    expect("integer", T::Int, vec![int(-2_147_483_648, "-2147483648"), int(2_147_483_647, "2147483647")]).await;
    let extremes = vec![int(i64::MIN, "-9223372036854775808"), int(i64::MAX, "9223372036854775807")];
    expect("integer", T::BigInt, extremes.clone()).await;
    expect("text", T::BigInt, extremes).await;
    expect("decimal(38,2)", T::BigInt, vec![int(i64::MAX, "9223372036854775807.00")]).await;
}

#[tokio::test]
async fn decimals_of_every_width() {
    fn decimal(number: i128, text: &str) -> (TdsValue, &str) {
        (V::Decimal(number), text)
    }
    let most = 10_i128.pow(38) - 1;
    for (precision, number, text) in [
        (9, 999_999_999, "9999999.99"),
        (19, 9_999_999_999_999_999_999, "99999999999999999.99"),
        (28, 9_999_999_999_999_999_999_999_999_999, "99999999999999999999999999.99"),
        (38, most, "999999999999999999999999999999999999.99"),
    ] {
        let negative = format!("-{text}");
        let pairs = vec![decimal(number, text), decimal(-number, &negative), decimal(0, "0.00"), decimal(-1, "-0.01")];
        expect("decimal(38,2)", T::Decimal(precision, 2), pairs.clone()).await;
        expect("decimal(38,2)", T::Numeric(precision, 2), pairs).await;
    }
    expect("decimal(38,38)", T::Decimal(38, 38), vec![decimal(-1, "-0.00000000000000000000000000000000000001")]).await;
    // NAV writes 20 decimals, most of them zeros.
    expect("decimal(18,2)", T::Decimal(38, 20), vec![decimal(125 * 10_i128.pow(18), "1.25")]).await;
}

#[tokio::test]
async fn money_to_the_ten_thousandth() {
    let money = |number: i64, text| (V::Money(number), text);
    let pairs = vec![
        money(0, "0.0000"),
        money(-1, "-0.0001"),
        money(12_345, "1.2345"),
        money(5_497_558_138_879_999, "549755813887.9999"),
        money(-5_497_558_138_879_999, "-549755813887.9999"),
    ];
    expect("decimal(19,4)", T::Money, pairs).await;
    let small = vec![money(-2_147_483_648, "-214748.3648"), money(2_147_483_647, "214748.3647")];
    expect("decimal(19,4)", T::SmallMoney, small).await;
}

#[tokio::test]
async fn dates_and_times() {
    // 0001-01-01, 9999-12-31, 2025-09-30
    let date = |days: u32, text| (V::Date(days), text);
    let dates = vec![date(0, "0001-01-01"), date(3_652_058, "9999-12-31"), date(739_523, "2025-09-30")];
    expect("date", T::Date, dates).await;
    expect("timestamp", T::Date, vec![date(739_523, "2025-09-30T00:00:00")]).await;

    let datetime = |days, ticks, text| (V::DateTime(days, ticks), text);
    let datetimes = vec![
        datetime(-53_690, 0, "1753-01-01T00:00:00"),
        datetime(45_928, 25_919_999, "2025-09-30T23:59:59.997000"),
        datetime(45_928, 1, "2025-09-30T00:00:00.003000"),
        datetime(45_928, 2, "2025-09-30T00:00:00.007000"),
        datetime(45_928, 3, "2025-09-30T00:00:00.010000"),
        datetime(2_958_463, 25_919_999, "9999-12-31T23:59:59.997000"),
    ];
    expect("timestamp", T::DateTime, datetimes).await;
    expect("date", T::DateTime, vec![datetime(45_928, 0, "2025-09-30")]).await;

    let small = |days, minutes, text| (V::SmallDateTime(days, minutes), text);
    let smalls = vec![small(0, 0, "1900-01-01T00:00:00"), small(65_535, 1_439, "2079-06-06T23:59:00")];
    expect("timestamp", T::SmallDateTime, smalls).await;

    for scale in 0..=7 {
        let last = 86_400 * 10_u64.pow(scale) - 1;
        let fraction = if scale == 0 { String::new() } else { format!(".{:0<7}", "9".repeat(scale as usize)) };
        let time_of_day = format!("23:59:59{fraction}");
        let scale_u8 = u8::try_from(scale).unwrap();
        expect("text", T::Time(scale_u8), vec![(V::Time(0), "00:00:00"), (V::Time(last), &time_of_day)]).await;
        if scale < 7 {
            let decimals = if scale == 0 { String::new() } else { format!(".{:0<6}", "9".repeat(scale as usize)) };
            let text = format!("9999-12-31T23:59:59{decimals}");
            let pairs =
                vec![(V::DateTime2(3_652_058, last), text.as_str()), (V::DateTime2(0, 0), "0001-01-01T00:00:00")];
            expect("timestamp", T::DateTime2(scale_u8), pairs).await;
        }
    }
    // A seventh decimal that is zero is no obstacle; one that is not keeps its text.
    let half_past = V::DateTime2(739_523, 450_000_000_000 + 10);
    expect("timestamp", T::DateTime2(7), vec![(half_past, "2025-09-30T12:30:00.000001")]).await;
    let finest = V::DateTime2(739_523, 863_999_999_999);
    expect("text", T::DateTime2(7), vec![(finest, "2025-09-30 23:59:59.9999999")]).await;
}

#[tokio::test]
async fn texts_in_one_piece_and_in_chunks() {
    let text = |value: &'static str| (V::text(value), value);
    let western = vec![text(""), text(" häß€ "), text("NULL")];
    for column_type in [T::Char(20), T::VarChar(8000), T::VarCharMax, T::Text] {
        expect("text", column_type, western.clone()).await;
    }
    let world = vec![text(""), text("ساعة 💰 \u{2067}x"), text(" a ")];
    for column_type in [T::NChar(20), T::NVarChar(4000), T::NVarCharMax, T::NText, T::Xml] {
        expect("text", column_type, world.clone()).await;
    }
}

#[tokio::test]
async fn long_values_come_whole_whatever_the_size_of_their_chunks() {
    let long: String = (0..300_000).map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap())).collect();
    for chunk_bytes in [1_000, 8_001, 1_000_000] {
        let outcome = read_as("text", T::NVarCharMax, vec![V::Text(long.clone()), V::Null], chunk_bytes).await;
        assert!(outcome.rows[0][0] == long && outcome.rows[1][0] == "~");
    }
}

#[tokio::test]
async fn bytes_and_identifiers() {
    let bytes = vec![(V::Bytes(vec![0x00, 0xAB, 0xFF]), "0x00ABFF"), (V::Bytes(Vec::new()), "0x")];
    for column_type in [T::Binary(3), T::VarBinary(8000), T::VarBinaryMax, T::Image] {
        expect("text", column_type, bytes.clone()).await;
    }
    let guid =
        V::Guid([0x6F, 0x96, 0x19, 0xFF, 0x8B, 0x86, 0xD0, 0x11, 0xB4, 0x2D, 0x00, 0xC0, 0x4F, 0xC9, 0x64, 0xFF]);
    expect("text", T::UniqueIdentifier, vec![(guid, "6F9619FF-8B86-D011-B42D-00C04FC964FF")]).await;
}

#[tokio::test]
async fn floats_are_text_where_text_is_wanted() {
    expect("text", T::Float, vec![(V::Float(0.1), "0.1"), (V::Float(-1.5e300), &format!("{}", -1.5e300))]).await;
    expect("text", T::Real, vec![(V::Real(0.1), "0.1")]).await;
}

#[tokio::test]
async fn a_row_of_many_columns_may_be_null_everywhere() {
    let columns: Vec<_> = (0..20).map(|at| TdsColumn::new(&format!("c{at}"), T::Decimal(38, 4))).collect();
    let row = |value: TdsValue| vec![value; 20];
    let mixed: Vec<_> = (0..20).map(|at| if at % 3 == 0 { V::Decimal(at) } else { V::Null }).collect();
    let rows = vec![row(V::Null), row(V::Decimal(10_000)), mixed];
    let answer = move |_: &_, _| Answer::table(columns.clone(), rows.clone());
    let backend = CannedBackend::new().on("tieout_rows", proof(3, None)).on("-- rows", answer);
    let server = TdsServer::start(ServerOptions::default(), backend).unwrap();
    let names: Vec<_> = (0..20).map(|at| format!("c{at}")).collect();
    let selected: Vec<_> = names.iter().map(|name| format!("p.id AS {name}")).collect();
    let query = QUERY.replace("p.id AS [Entry No_], p.amount AS [Amount]", &selected.join(", "));
    let columns: Vec<_> = names.iter().map(|name| column(name, name, "decimal(38,4)")).collect();
    let outcome = Reading::of(&query, columns).read(&source_for(&server)).await.unwrap();
    assert_eq!(outcome.rows[0], vec!["~"; 20]);
    assert_eq!(outcome.rows[1], vec!["1.0000"; 20]);
    assert_eq!((outcome.rows[2][3].as_str(), outcome.rows[2][4].as_str()), ("0.0003", "~"));
}
