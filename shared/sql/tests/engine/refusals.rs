//! What is refused, with the words and the place that the author sees.

use tieout_pipeline::ports::{EngineError, EngineTable, Parameter, QueryEngine};

use crate::fixture::{Columns, World, run};

#[track_caller]
fn refused(sql: &str, message: &str, place: Option<(u64, u64)>) {
    let world = World::orders().parameter("cutoff_date", Parameter::Date("2024-12-31".parse().unwrap()));
    assert_eq!(world.refusal(sql), (message.to_owned(), place), "{sql}");
}

#[test]
fn anything_but_one_select() {
    let only = |word: &str| format!("only one SELECT (or WITH ... SELECT) is allowed, and this is {word}");
    for (sql, word) in [
        ("create external table t stored as parquet location '/etc'", "CREATE"),
        ("create table t as select 1", "CREATE"),
        ("copy orders to 'out.csv'", "COPY"),
        ("set datafusion.execution.batch_size = 1", "SET"),
        ("explain select 1", "EXPLAIN"),
        ("show tables", "SHOW"),
        ("insert into orders select * from orders", "INSERT"),
        ("drop table orders", "DROP"),
        ("prepare p as select 1", "PREPARE"),
    ] {
        refused(sql, &only(word), None);
    }
    refused("select 1; drop table orders", "only one SELECT is allowed, and there are 2 statements", None);
    refused("  -- nothing", "there is no query: write one SELECT", None);
}

#[test]
fn other_tables_and_files() {
    refused("select * from order_s", "there is no data set 'order_s' here; did you mean 'orders'?", Some((1, 15)));
    refused("select 1\nfrom xyzzy", "there is no data set 'xyzzy' here; there are: orders, lines", Some((2, 6)));
    let table = "a table in FROM is the name of a data set or a subquery in parentheses, and nothing else";
    refused("select * from read_parquet('/etc/passwd')", table, Some((1, 15)));
    refused("select * from information_schema.tables", table, Some((1, 15)));
    refused("select * from orders tablesample (10)", table, Some((1, 15)));
    refused("select * from generate_series(1, 3)", table, Some((1, 15)));
    assert!(World::orders().try_rows("select * from '/etc/passwd'").is_err());
}

#[test]
fn columns_that_are_not_there() {
    refused(
        "select ordr_date from orders",
        "column 'ordr_date' is not in orders; did you mean 'order_date'?",
        Some((1, 8)),
    );
    refused(
        "select 1 as x\nfrom orders o\nwhere o.vendr = 'a'",
        "column 'vendr' is not in o; did you mean 'vendor'?",
        Some((3, 7)),
    );
    refused("select xyzzy from orders, lines", "column 'xyzzy' is not in lines, orders", Some((1, 8)));
    refused(
        "select order_id from orders, lines",
        "column 'order_id' is in more than one table: write the table before it, as in t.order_id",
        Some((1, 8)),
    );
}

#[test]
fn text_that_does_not_parse() {
    refused("select a b c from orders", "Expected: end of statement, found: c", Some((1, 12)));
    refused("select\n  'open", "Unterminated string literal", Some((2, 3)));
}

#[test]
fn parameters_that_are_not_given() {
    let sql = "select order_id\nfrom orders where order_date <= $cutof_date";
    refused(sql, "the parameter $cutof_date is not given; did you mean $cutoff_date?", Some((2, 33)));
    refused("select $x as x", "the parameter $x is not given; given are $cutoff_date", Some((1, 8)));
    refused("select $1 as x", "the placeholder $1 has no name: write $name", Some((1, 8)));
    refused("select ? as x", "the placeholder ? has no name: write $name", Some((1, 8)));
}

#[test]
fn the_clock_and_chance() {
    let clock =
        "it reads the clock, and the same inputs must give the same answer: use $cutoff_date or another parameter";
    for name in ["now", "current_timestamp", "today"] {
        refused(&format!("select {name}() as x"), &format!("{name}() is not allowed: {clock}"), Some((1, 8)));
    }
    for name in ["current_date", "current_time", "localtimestamp"] {
        refused(&format!("select {name} as x"), &format!("{name}() is not allowed: {clock}"), Some((1, 8)));
    }
    let chance = "it answers differently every time";
    for name in ["random", "uuid"] {
        refused(&format!("select 1,\n {name}() as x"), &format!("{name}() is not allowed: {chance}"), Some((2, 2)));
    }
}

#[test]
fn binary_floats() {
    let float = "a binary float does not hold amounts exactly: use decimal(precision,scale)";
    for name in ["double", "real", "float", "double precision"] {
        let sql = format!("select amount * cast(order_id as {name}) as x from orders");
        refused(&sql, &format!("the type {name} is not allowed: {float}"), Some((1, 22)));
    }
    refused(
        "select avg(amount) as x from orders",
        "avg() is not allowed: it rounds: divide sum(x) by count(x) and cast the result to the decimals that you need",
        Some((1, 8)),
    );
    refused("select 1e3 as x", "the number 1e3 is a binary float in Athena: write its digits out", Some((1, 8)));
    refused("select cel(amount) as x from orders", "there is no function 'cel'; did you mean 'ceil'?", Some((1, 8)));
    assert!(
        World::orders().refusal("select sqrt(amount) as x from orders").0.starts_with("there is no function 'sqrt'")
    );
    refused(
        "select floor(order_id) as x from orders",
        "floor(CAST(orders.order_id AS DOUBLE)) is a binary float, which does not hold amounts exactly: cast what it is \
         made of to decimal(precision,scale)",
        None,
    );
}

#[test]
fn conversions_that_nobody_wrote() {
    let one = |what: &str, from: &str, to: &str, cast: &str| {
        format!("{what} is {from} and stands where {to} is needed: write the conversion, as in cast({what} as {cast})")
    };
    refused(
        "select order_id from orders where order_date <= '2024-12-31'",
        &one("'2024-12-31'", "text", "a date", "date"),
        None,
    );
    refused(
        "select order_id from orders where booked_at <= $cutoff_date",
        &one("CAST('2024-12-31' AS DATE)", "a date", "a timestamp", "timestamp"),
        None,
    );
    for sql in [
        "select order_id from orders where vendor = 1",
        "select order_id from orders where amount = '1.00'",
        "select order_id from orders where vendor in (1, 2)",
        "select vendor from orders union all select order_id from orders",
        "select coalesce(vendor, 0) as x from orders",
        "select case when amount > 0 then vendor else 0 end as x from orders",
        "select vendor || order_id as x from orders",
    ] {
        let (message, _) = World::orders().refusal(sql);
        assert!(message.contains("write the conversion"), "{sql}: {message}");
    }
}

#[test]
fn forms_outside_the_subset() {
    let outside =
        |what: &str| format!("{what} is outside the SQL that controls may use (see the README of shared/sql)");
    refused(
        "select order_id::varchar as x from orders",
        "the cast :: is not understood by Athena: write cast(... as ...)",
        Some((1, 8)),
    );
    refused("select distinct on (vendor) vendor from orders", &outside("DISTINCT ON"), Some((1, 1)));
    refused("with recursive r as (select 1 as n) select n from r", &outside("WITH RECURSIVE"), Some((1, 1)));
    refused(
        "select * exclude (amount) from orders",
        &outside("* with EXCLUDE, EXCEPT, REPLACE, RENAME or ILIKE"),
        Some((1, 1)),
    );
    refused("select vendor ~ 'a' as x from orders", &outside("the operator ~"), Some((1, 8)));
    refused("select vendor ilike 'a' as x from orders", &outside("the expression vendor ILIKE 'a'"), Some((1, 8)));
    refused("select 1 as a except all select 1 as a", &outside("EXCEPT ALL"), Some((1, 1)));
    refused(
        "select vendor, count(*) as n from orders group by all",
        &outside("GROUP BY ALL or GROUP BY ... WITH"),
        Some((1, 1)),
    );
    refused(
        "select vendor from orders o left semi join lines l on l.order_id = o.order_id",
        &outside("a join other than INNER, LEFT, RIGHT, FULL or CROSS"),
        Some((1, 1)),
    );
    refused(
        "select order_id from orders limit 1",
        "LIMIT without ORDER BY picks rows by chance: add ORDER BY",
        Some((1, 1)),
    );
    refused(
        "select sum(distinct amount) as s from orders",
        "sum(distinct ...) drops equal amounts: select the distinct rows first, then sum them",
        Some((1, 8)),
    );
    refused(
        "select try_cast(vendor as bigint) as x from orders",
        "try_cast() is not allowed: it turns a value that does not convert into null: use cast",
        Some((1, 17)),
    );
    refused(
        "select extract(dow from order_date) as x from orders",
        "extract(DOW) is not allowed: use year, quarter, month, day, hour or minute",
        Some((1, 25)),
    );
    refused(
        "select cast(amount as decimal) as x from orders",
        "the type decimal is not allowed: write precision and scale, as in decimal(18,2), with at most 38 digits",
        Some((1, 13)),
    );
    refused(
        "select first_value(amount) over (order by order_id) as x from orders",
        "first_value() needs a frame that counts rows: write ROWS BETWEEN ... AND ... after its ORDER BY",
        None,
    );
    refused(
        "select cast(amount as bigint) as x from orders",
        "CAST(orders.amount AS BIGINT) drops decimals here and rounds them in Athena: write cast(round(...) as \
         decimal(38,0)) before it",
        None,
    );
    assert_eq!(
        World::orders()
            .rows("select cast(cast(round(amount) as decimal(38,0)) as bigint) as x from orders where amount > 99"),
        ["100"]
    );
}

#[test]
fn queries_too_deep_to_walk() {
    let chain = vec!["order_id = 1"; 500].join(" or ");
    let message = "an expression chains more than 100 operators: use IN, or split it";
    refused(&format!("select vendor from orders where {chain}"), message, None);
    let long = vec!["1"; 5_000].join("+");
    let message = "the query has 4999 operators, and at most 1000 are allowed: split it";
    refused(&format!("select {long} as x"), message, None);
    let unions = vec!["select 1 as x"; 51].join(" union ");
    refused(&unions, "the query has 51 SELECTs, and at most 50 are allowed: split it", None);
    let nested = format!("select {}1{} as x", "(".repeat(60), ")".repeat(60));
    refused(&nested, "the query nests deeper than 50 levels: split it with WITH", None);
}

#[test]
fn answers_that_no_table_holds() {
    let world = World::orders();
    let (message, _) = world.refusal("select booked_at - booked_at as x from orders");
    assert!(message.ends_with("which no table holds"), "{message}");
    match world.try_rows("select interval '1' day as x") {
        Err(EngineError::UnsupportedType { column, .. }) => assert_eq!(column, "x"),
        other => panic!("{other:?}"),
    }
    match world.try_rows("select null as x") {
        Err(EngineError::UnsupportedType { column, cure, .. }) => {
            assert_eq!(column, "x");
            assert!(cure.contains("cast"), "{cure}");
        }
        other => panic!("{other:?}"),
    }
    for sql in ["select amount, amount from orders", "select o.order_id, l.order_id from orders o, lines l"] {
        let message = world.try_rows(sql).expect_err(sql).to_string();
        assert!(message.contains("amount") || message.contains("order_id"), "{message}");
    }
}

#[test]
fn a_subquery_with_two_rows_where_one_is_needed_is_an_error() {
    let world = World::orders();
    assert!(world.try_rows("select (select order_id from orders) as x").is_err());
    assert!(world.try_rows("select order_id from lines where order_id = (select order_id from orders)").is_err());
}

#[test]
fn a_table_whose_file_lacks_a_column_or_is_absent() {
    let mut world = World::new().table("t", &Columns::default().integer("a", &[Some(1)]).batch());
    let other = Columns::default().integer("a", &[Some(1)]).integer("b", &[Some(1)]).batch();
    let files = world.tables.first().unwrap().files.clone();
    world.tables = vec![EngineTable { name: "t".to_owned(), schema: other.schema(), files }];
    assert!(world.failure("select a from t").starts_with("the table 't' has other columns than its file"));
    world.tables = vec![EngineTable { name: "t".to_owned(), schema: other.schema(), files: Vec::new() }];
    assert_eq!(world.failure("select a from t"), "the table 't' has no file");
    let engine = world.engine(1, 64 << 20);
    let schema = run(engine.plan(&world.tables, "select b from t", &world.parameters)).unwrap();
    assert_eq!(schema.field(0).name(), "b");
}
