//! What cannot be read exactly is refused by name, with the cure.

use tieout_model::ReasonCode;
use tieout_testkit::tds::{Answer, CannedBackend, ServerOptions, TdsColumn, TdsServer, TdsType, TdsValue};

use crate::support::{QUERY, Reading, column, refusal, source_for};
use crate::types::read_as;

async fn refused(house: &str, column_type: TdsType) -> (ReasonCode, String, String) {
    let answer = move |_: &_, _| Answer::table(vec![TdsColumn::new("v", column_type)], Vec::new());
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", answer)).unwrap();
    let query = QUERY.replace("p.id AS [Entry No_], p.amount AS [Amount]", "p.id AS v");
    refusal(Reading::of(&query, vec![column("v", "v", house)]).read(&source_for(&server)).await.unwrap_err())
}

#[tokio::test]
async fn floats_for_amounts_and_variants_are_refused_even_without_rows() {
    for column_type in [TdsType::Float, TdsType::Real] {
        let (code, detail, cure) = refused("decimal(18,2)", column_type).await;
        assert_eq!(code, ReasonCode::SourceUnreadable);
        let expected = "column 'v' of the query for data set 'ledger' is a binary float, which holds no amount, rate \
                        or key exactly";
        assert_eq!(detail, expected);
        assert_eq!(cure, "CAST the column in the query, to decimal(18,2) for example");
    }
    let (_, detail, _) = refused("text", TdsType::SqlVariant).await;
    assert!(detail.contains("sql_variant"), "{detail}");
}

#[tokio::test]
async fn values_that_the_contract_cannot_hold_are_rejects() {
    for (house, column_type, value, problem) in [
        ("decimal(19,4)", TdsType::Money, TdsValue::Money(i64::MAX), "is money beyond 549,755,813,888"),
        ("decimal(19,4)", TdsType::Money, TdsValue::Money(i64::MIN), "is money beyond 549,755,813,888"),
        ("decimal(18,2)", TdsType::Decimal(18, 3), TdsValue::Decimal(1), "has more than 2 decimals"),
        ("decimal(4,2)", TdsType::Decimal(18, 2), TdsValue::Decimal(123_456), ""),
        ("date", TdsType::DateTime, TdsValue::DateTime(45_928, 300), "has a time of day, and the column holds dates"),
        ("timestamp", TdsType::DateTime2(7), TdsValue::DateTime2(739_523, 1), "is finer than a microsecond"),
        ("integer", TdsType::Date, TdsValue::Date(1), "is a date, and the column is integer"),
        ("date", TdsType::Time(0), TdsValue::Time(1), "is not a date"),
    ] {
        let outcome = read_as(house, column_type, vec![value], 8000).await;
        assert!(outcome.rows.is_empty(), "{column_type:?} as {house}: {:?}", outcome.rows);
        assert!(outcome.rejects[0].problem.contains(problem), "{:?}", outcome.rejects[0]);
    }
}

#[tokio::test]
async fn a_missing_column_is_named_with_the_nearest_header() {
    let answer = |_: &_, _| Answer::table(vec![TdsColumn::new("Entry No", TdsType::Int)], Vec::new());
    let server = TdsServer::start(ServerOptions::default(), CannedBackend::new().on("-- rows", answer)).unwrap();
    let (code, detail, _) = refusal(Reading::ledger().read(&source_for(&server)).await.unwrap_err());
    assert_eq!(code, ReasonCode::ColumnMissing);
    assert!(detail.contains("Entry No"), "{detail}");
}
