//! The six types go through unchanged, and parameters are values.

use arrow::datatypes::{DataType, TimeUnit};
use tieout_pipeline::ports::Parameter;

use crate::fixture::{Columns, World};

fn one_of_each() -> World {
    let columns = Columns::default()
        .text("t", &[Some("ä'; drop"), Some(""), None])
        .integer("i", &[Some(i64::MIN), Some(i64::MAX), None])
        .decimal("d", 38, 4, &[Some("9999999999999999999999999999999999.9999"), Some("-0.0001"), None])
        .boolean("b", &[Some(true), Some(false), None])
        .date("day", &[Some("0001-01-01"), Some("9999-12-31"), None])
        .timestamp("at", &[Some("0001-01-01T00:00:00"), Some("9999-12-30T21:59:59.999999"), None]);
    World::new().table("all_types", &columns.batch())
}

#[test]
fn every_type_goes_through_unchanged() {
    let world = one_of_each();
    assert_eq!(
        world.rows("select * from all_types order by i"),
        [
            "ä'; drop|-9223372036854775808|9999999999999999999999999999999999.9999|true|0001-01-01|\
             0001-01-01T00:00:00",
            "|9223372036854775807|-0.0001|false|9999-12-31|9999-12-30T21:59:59.999999",
            "null|null|null|null|null|null",
        ]
    );
    let types: Vec<_> = world.schema("select * from all_types").into_iter().map(|(_, data_type)| data_type).collect();
    let timestamp = DataType::Timestamp(TimeUnit::Microsecond, None);
    let decimal = DataType::Decimal128(38, 4);
    assert_eq!(types, [DataType::Utf8, DataType::Int64, decimal, DataType::Boolean, DataType::Date32, timestamp]);
}

#[test]
fn answers_have_house_types() {
    let world = World::orders();
    let schema = world.schema(
        "select count(*) as n, sum(amount) as total, sum(order_id) as ids, max(vendor) as v, min(booked_at) as at, \
         max(length(vendor)) as len, bool_and(amount > 0) as positive from orders",
    );
    let types: Vec<_> = schema.into_iter().map(|(_, data_type)| data_type).collect();
    let timestamp = DataType::Timestamp(TimeUnit::Microsecond, None);
    let integer = DataType::Int64;
    assert_eq!(
        types,
        [
            integer.clone(),
            DataType::Decimal128(38, 2),
            integer.clone(),
            DataType::Utf8,
            timestamp,
            integer,
            DataType::Boolean
        ]
    );
}

#[test]
fn casts_and_literals_of_every_type() {
    let world = World::new();
    assert_eq!(
        world.rows(
            "select cast('12.345' as decimal(10,2)) as a, cast(7 as varchar) as b, cast('true' as boolean) as c, \
             date '2024-02-29' as d, timestamp '2024-12-31 23:59:59.000001' as e, cast('42' as bigint) as f, \
             cast(1.50 as varchar) as g, cast(timestamp '1969-12-31 12:00:00' as date) as h, \
             cast(date '9999-12-31' as timestamp) as i"
        ),
        ["12.35|7|true|2024-02-29|2024-12-31T23:59:59.000001|42|1.50|1969-12-31|9999-12-31T00:00:00"]
    );
}

#[test]
fn parameters_are_bound_with_their_types() {
    let world = World::orders()
        .parameter("cutoff_date", Parameter::Date("2024-12-31".parse().unwrap()))
        .parameter("minimum", Parameter::Decimal("-0.05".parse().unwrap()))
        .parameter("id", Parameter::Integer(1))
        .parameter("yes", Parameter::Boolean(true))
        .parameter("unused", Parameter::Text("x".to_owned()));
    let ids = "select order_id from orders where";
    assert_eq!(world.rows(&format!("{ids} order_date <= $cutoff_date order by 1")), ["1", "2"]);
    assert_eq!(world.rows(&format!("{ids} amount > $minimum and $yes order by 1")), ["1", "3"]);
    assert_eq!(world.rows(&format!("{ids} order_id = $id")), ["1"]);
    assert_eq!(
        world.rows("select $cutoff_date as d, $minimum as m, $id + 1 as i, date_trunc('month', $cutoff_date) as s"),
        ["2024-12-31|-0.05|2|2024-12-01"]
    );
}

#[test]
fn a_text_parameter_is_never_sql() {
    let hostile = "' OR 1=1 --";
    let world = World::orders().parameter("vendor", Parameter::Text(hostile.to_owned()));
    assert!(world.rows("select order_id from orders where vendor = $vendor").is_empty());
    assert_eq!(world.rows("select $vendor as v"), [hostile]);
}

#[test]
fn a_list_parameter_is_a_table_of_its_name() {
    let list = |values: &[&str]| Parameter::List(values.iter().map(|&value| value.to_owned()).collect());
    let hostile = "x'); DROP TABLE orders; --";
    let world = World::orders().parameter("wanted", list(&["1", hostile])).parameter("none", list(&[]));
    let sql = "select o.order_id from orders o join wanted as w on w.value = cast(o.order_id as varchar)";
    assert_eq!(world.rows(sql), ["1"]);
    assert_eq!(world.rows("select value from wanted order by value"), ["1", hostile]);
    assert!(world.rows("select value from none").is_empty());
    let (message, place) = world.refusal("select $wanted as w");
    assert_eq!(
        (message.as_str(), place),
        ("the parameter wanted is a list: read it as a table, such as FROM wanted", Some((1, 8)))
    );
}
