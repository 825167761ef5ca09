//! Arithmetic is exact or an error.

use crate::fixture::{Columns, World};

const NINES: &str = "99999999999999999999999999999999999999";

fn huge() -> World {
    let columns = Columns::default()
        .decimal("d", 38, 0, &[Some(NINES), Some(NINES), Some(&format!("-{NINES}"))])
        .integer("i", &[Some(i64::MAX), Some(i64::MAX), Some(i64::MIN)])
        .integer("g", &[Some(1), Some(1), Some(2)]);
    World::new().table("huge", &columns.batch())
}

const TOO_MANY_DIGITS: &str = "a number has more digits than its type holds: cast to fewer decimals before computing";

#[test]
fn decimals_never_become_floats() {
    let world = World::new();
    // 0.1 + 0.2 and 1.1 * 1.1 differ from the exact result in binary floats.
    assert_eq!(
        world.rows("select 0.1 + 0.2 as a, 1.1 * 1.1 as b, 0.05 as c, 1.005 - 1 as d, 0.1 + 0.2 = 0.3 as e"),
        ["0.3|1.21|0.05|0.005|true"]
    );
}

#[test]
fn sums_and_products_are_exact() {
    let cents: Vec<String> = (0..30_000_i64).map(|row| format!("{}.{:02}", row * 7_919, row % 100)).collect();
    let values: Vec<_> = cents.iter().map(|text| Some(text.as_str())).collect();
    let columns = Columns::default().decimal("amount", 18, 2, &values).decimal("rate", 19, 4, &values);
    let world = World::new().table("ledger", &columns.batch());
    let unscaled: Vec<i128> = (0..30_000_i128).map(|row| row * 791_900 + row % 100).collect();
    let sum: i128 = unscaled.iter().sum();
    let products: i128 = unscaled.iter().map(|value| value * value * 100).sum();
    let text = |value: i128, scale: u8| tieout_model::Decimal::new(value, scale).unwrap().to_string();
    assert_eq!(
        world.rows("select sum(amount) as s, sum(amount * rate) as p from ledger"),
        [format!("{}|{}", text(sum, 2), text(products, 6))]
    );
}

#[test]
fn a_sum_that_overflows_is_an_error_and_one_that_only_passes_through_is_not() {
    let world = huge();
    let sum = "a sum has more than 38 digits: cast its argument to fewer decimals";
    assert_eq!(world.failure("select sum(d) as s from huge where d > 0"), sum);
    assert_eq!(world.failure("select g, sum(d) as s from huge group by g"), sum);
    assert_eq!(world.failure("select sum(d) over (partition by g) as s from huge"), sum);
    assert_eq!(
        world.failure("select sum(i) as s from huge where i > 0"),
        "a sum is larger than an integer: cast its argument to decimal(38,0)"
    );
    assert_eq!(world.rows("select sum(d) as s from huge"), [NINES]);
    assert_eq!(world.rows("select sum(i) as s from huge"), [(i128::from(i64::MAX) - 1).to_string()]);
}

#[test]
fn arithmetic_that_overflows_is_an_error() {
    let world = huge();
    for expression in [
        "i + 1",
        "i * 2",
        "0 - i - 2",
        "-i",
        "i - g * 9223372036854775807",
        "abs(i)",
        "d + 1",
        "d + d",
        "d * 10",
        "d * d",
    ] {
        let sql = format!("select {expression} as x from huge");
        let message = world.try_rows(&sql).expect_err(&sql).to_string();
        let known = [TOO_MANY_DIGITS, "has more than 38 digits", "has more digits than its type"];
        assert!(known.iter().any(|known| message.contains(known)), "{expression}: {message}");
    }
    assert!(world.try_rows("select 9223372036854775807 + 1 as x").is_err());
    assert_eq!(world.rows("select i - 1 as x from huge where g = 1"), ["9223372036854775806", "9223372036854775806"]);
}

#[test]
fn division_truncates_four_decimals_behind_the_dividend_and_refuses_zero() {
    let world = World::new();
    assert_eq!(world.rows("select 10.00 / 3 as a, 2.00 / 3 as b, 7 / 2 as c, 7 % 4 as d"), ["3.333333|0.666666|3|3"]);
    assert_eq!(world.rows("select cast(2.00 / 3 as decimal(18,2)) as a, round(2.00 / 3, 2) as b"), ["0.67|0.67"]);
    assert_eq!(
        World::orders().failure("select amount / (order_id - 1) as x from orders"),
        "a division by zero: guard the divisor with nullif(divisor, 0)"
    );
}

#[test]
fn rounding_is_half_away_from_zero() {
    let world = World::new();
    assert_eq!(
        world.rows(
            "select round(2.345, 2) as a, round(-2.345, 2) as b, cast(2.345 as decimal(10,2)) as c, \
             cast(-2.345 as decimal(10,2)) as d, round(0.995, 2) as e, floor(-1.5) as f, ceil(1.2) as g, \
             abs(-1.20) as h"
        ),
        ["2.35|-2.35|2.35|-2.35|1.00|-2.0|2.0|1.20"]
    );
}

#[test]
fn a_value_that_does_not_convert_fails_without_being_quoted() {
    let columns = Columns::default()
        .text("t", &[Some("12,50 secret")])
        .decimal("d", 18, 2, &[Some("12345.67")])
        .text("day", &[Some("31.12.2024")]);
    let world = World::new().table("cells", &columns.batch());
    assert_eq!(world.failure("select cast(t as bigint) as x from cells"), "a value does not convert to integer");
    assert_eq!(world.failure("select cast(day as date) as x from cells"), "a value does not convert to date");
    for sql in [
        "select cast(t as decimal(10,2)) as x from cells",
        "select cast(d as decimal(4,2)) as x from cells",
        "select cast(t as boolean) as x from cells",
        "select cast(t as timestamp) as x from cells",
    ] {
        let message = world.failure(sql);
        assert!(!message.contains("12") && !message.contains("secret"), "{sql}: {message}");
    }
}
