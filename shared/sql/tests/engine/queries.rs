//! The SQL that controls are made of.

use crate::fixture::{Columns, World};

#[test]
fn joins_keep_and_drop_the_right_rows() {
    let world = World::orders();
    assert_eq!(
        world.rows(
            "select o.order_id, sum(l.quantity * l.unit_price) as total from orders o \
             join lines l on l.order_id = o.order_id group by o.order_id order by 1"
        ),
        ["1|100.1000", "2|-0.0500"]
    );
    assert_eq!(
        world.rows(
            "select coalesce(o.order_id, l.order_id) as id, o.amount, l.unit_price from orders o \
             full join lines l on l.order_id = o.order_id order by id"
        ),
        ["1|100.10|20.0200", "1|100.10|20.0200", "2|-0.05|-0.0500", "3|7.00|null", "9|null|1.0000"]
    );
    assert_eq!(
        world.rows(
            "select order_id from orders o where not exists (select 1 from lines l where l.order_id = o.order_id)"
        ),
        ["3"]
    );
    assert_eq!(world.rows("select order_id from lines where order_id not in (select order_id from orders)"), ["9"]);
}

#[test]
fn nulls_are_counted_summed_and_ordered_as_sql_says() {
    let world = World::orders();
    assert_eq!(
        world.rows("select count(*) as rows, count(quantity) as given, sum(quantity) as total from lines"),
        ["4|3|6"]
    );
    assert_eq!(world.rows("select sum(quantity) as total from lines where order_id = 9"), ["null"]);
    assert_eq!(world.rows("select vendor from orders order by vendor desc"), ["bolt", "acme", "null"]);
    assert_eq!(world.rows("select vendor from orders order by vendor"), ["acme", "bolt", "null"]);
    assert_eq!(world.rows("select 'x' || vendor as v from orders order by 1"), ["xacme", "xbolt", "null"]);
    assert_eq!(world.rows("select order_id from orders where vendor <> 'acme'"), ["2"]);
}

#[test]
fn groups_having_union_and_case() {
    let world = World::orders();
    assert_eq!(
        world.rows(
            "with signed as (select case when amount < 0 then 'credit' else 'debit' end as side, amount from orders) \
             select side, count(*) as n, sum(amount) as total from signed group by side having count(*) > 0 \
             order by side"
        ),
        ["credit|1|-0.05", "debit|2|107.10"]
    );
    assert_eq!(
        world.rows("select order_id from orders union select order_id from lines order by order_id"),
        ["1", "2", "3", "9"]
    );
    assert_eq!(
        world.rows("select order_id, sum(quantity) as q from lines group by rollup(order_id) order by order_id"),
        ["1|5", "2|1", "9|null", "null|6"]
    );
    assert_eq!(
        world.rows("select sum(amount) filter (where amount > 0) as s, sum(amount) - 1 as t from orders"),
        ["107.10|106.05"]
    );
}

#[test]
fn decimals_of_different_scales_meet_without_loss() {
    let world = World::orders();
    assert_eq!(
        world.rows(
            "select amount as a from orders where order_id = 1 union all select unit_price from lines \
             where order_id = 9 union all select 0 union all select 0.123456 order by a"
        ),
        ["0.000000", "0.123456", "1.000000", "100.100000"]
    );
    assert_eq!(
        world.rows(
            "select case when order_id = 1 then amount else 0 end as a, coalesce(amount, 0) as b from orders \
             order by order_id"
        ),
        ["100.10|100.10", "0.00|-0.05", "0.00|7.00"]
    );
    assert_eq!(
        world.rows(
            "select count(*) as n from orders o join lines l on o.amount = l.unit_price * 140 / 20 where l.order_id = 9"
        ),
        ["1"]
    );
    assert_eq!(world.rows("select 1 as a intersect select 1 except select 2; -- the end"), ["1"]);
    assert_eq!(world.rows("select date '2024-12-31' - date '2024-02-28' as days"), ["307"]);
}

#[test]
fn long_chains_run() {
    let chain = (0..97).map(|id| format!("order_id = {id}")).collect::<Vec<_>>().join(" or ");
    assert_eq!(World::orders().rows(&format!("select count(*) as n from orders where {chain}")), ["3"]);
    let sums = vec!["amount"; 97].join(" + ");
    assert_eq!(World::orders().rows(&format!("select {sums} as x from orders where order_id = 3")), ["679.00"]);
    let unions = vec!["select order_id from orders"; 50].join(" union all ");
    assert_eq!(World::orders().rows(&unions).len(), 150);
    let joins: Vec<_> = (0..50).map(|at| format!("join orders o{at} on o{at}.order_id = o.order_id")).collect();
    assert_eq!(World::orders().rows(&format!("select count(*) as n from orders o {}", joins.join(" "))), ["3"]);
    let steps: Vec<_> =
        (1..49).map(|at| format!("s{at} as (select distinct amount + 1 as amount from s{})", at - 1)).collect();
    let chain = format!("with s0 as (select amount from orders), {} select amount from s48", steps.join(", "));
    assert_eq!(World::orders().rows(&format!("{chain} order by amount")), ["47.95", "55.00", "148.10"]);
}

#[test]
fn windows() {
    let world = World::orders();
    assert_eq!(
        world.rows(
            "select order_id, unit_price, row_number() over (partition by order_id order by unit_price) as n, \
             rank() over (order by order_id) as r, sum(unit_price) over (order by order_id) as running, \
             lag(order_id) over (order by order_id) as before, \
             first_value(order_id) over (order by order_id rows between unbounded preceding and current row) as first \
             from lines order by order_id, n"
        ),
        [
            "1|20.0200|1|1|40.0400|null|1",
            "1|20.0200|2|1|40.0400|1|1",
            "2|-0.0500|1|3|39.9900|1|1",
            "9|1.0000|1|4|40.9900|2|1",
        ]
    );
    assert_eq!(
        world.rows(
            "select order_id, sum(quantity) over (order by order_id rows between 1 preceding and current row) as q \
             from lines where quantity is not null order by 1, 2"
        ),
        ["1|2", "1|5", "2|4"]
    );
}

#[test]
fn dates_and_texts() {
    let world = World::orders();
    assert_eq!(
        world.rows(
            "select order_id, date_trunc('month', order_date) as m, extract(year from order_date) as y, \
             extract(month from order_date) * 100 + extract(day from order_date) as md, \
             date_trunc('day', booked_at) as d, order_date + interval '1' day as next, \
             cast(booked_at as date) <= date '2024-12-31' as inside from orders order by 1"
        ),
        [
            "1|2024-11-01|2024|1130|2024-11-30T00:00:00|2024-12-01|true",
            "2|2024-12-01|2024|1231|2024-12-31T00:00:00|2025-01-01|true",
            "3|2025-01-01|2025|101|null|2025-01-02|null",
        ]
    );
    assert_eq!(
        world.rows(
            "select upper(trim('  ab ')) as a, substring('abcdef' from 2 for 3) as b, position('c' in 'abc') as c, \
             lpad('7', 3, '0') as d, replace('a-b', '-', '') as e, length('äß') as f, substr('abc', 2) as g, \
             'abc' like 'a%' as h, nullif('x', 'x') as i, starts_with('abc', 'ab') as j"
        ),
        ["AB|bcd|3|007|ab|2|bc|true|null|true"]
    );
}

#[test]
fn the_far_ends_of_the_calendar_are_exact() {
    let columns = Columns::default().date("d", &[Some("9999-12-31"), Some("0001-01-01"), Some("1969-12-31")]);
    let world = World::new().table("days", &columns.batch());
    assert_eq!(
        world.rows("select d, date_trunc('month', d) as m, cast(d as timestamp) as t from days order by d"),
        [
            "0001-01-01|0001-01-01|0001-01-01T00:00:00",
            "1969-12-31|1969-12-01|1969-12-31T00:00:00",
            "9999-12-31|9999-12-01|9999-12-31T00:00:00",
        ]
    );
}

#[test]
fn a_table_may_have_several_files_and_no_rows() {
    let part = |ids: &[Option<i64>]| Columns::default().integer("id", ids).batch();
    let world =
        World::new().table_of_files("parts", &[part(&[Some(1)]), part(&[Some(2), Some(3)])]).table("empty", &part(&[]));
    assert_eq!(world.rows("select count(*) as n, sum(id) as s, max(id) as m from parts"), ["3|6|3"]);
    assert_eq!(world.rows("select count(*) as n, sum(id) as s from empty"), ["0|null"]);
    assert!(world.rows("select id from empty").is_empty());
}

#[test]
fn identifiers_are_lower_case_unless_quoted() {
    let world = World::orders();
    assert_eq!(world.rows("SELECT Order_ID AS Id FROM ORDERS WHERE VENDOR = 'acme'"), ["1"]);
    assert_eq!(world.schema("select amount as \"Betrag\" from orders").first().unwrap().0, "Betrag");
}
