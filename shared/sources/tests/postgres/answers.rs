//! What a server answers: every type, nulls, bound values, ranges, and the proof.

use tieout_pipeline::ports::Source;
use tieout_testkit::postgres::PostgresServer;

use super::support::{block_on, column, data_set, database, in_chunks, parameters, read, read_range, request, source};

const TYPES: &str = "
CREATE TYPE mood AS ENUM ('fine', 'sad');
CREATE DOMAIN cents AS numeric(18,4);
CREATE TABLE types (id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, n numeric, d cents, t text, v varchar(9),
  c char(4), m mood, u uuid, x bytea, day date, moment timestamp, zoned timestamptz, at time, j jsonb, f float8);
INSERT INTO types VALUES
 (1, true, -2, -4, -9223372036854775808, -12345678901234567890.123456789, 1.5, 'Ünïcode', 'v', 'c', 'sad',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '2025-09-30', '2025-09-30 23:59:59.999999',
  '2025-09-30 12:00:00+03', '12:34:56.789', '{\"a\": 1}', 0.1),
 (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (3, false, 0, 0, 0, 0.00, 0, '', '', '', 'fine', NULL, '', '0044-03-15 BC', '1753-01-01', NULL, '00:00', '[]', 2);
";

#[test]
fn every_type_comes_without_loss_and_nulls_stay_nulls() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(TYPES);
    let names = ["id", "b", "i2", "i4", "i8", "n", "d", "t", "v", "c", "m", "u", "x", "day", "moment", "at", "j", "f"];
    let types = [
        "integer",
        "boolean",
        "integer",
        "integer",
        "integer",
        "decimal(38,10)",
        "decimal(18,4)",
        "text",
        "text",
        "text",
        "text",
        "text",
        "text",
        "date",
        "timestamp",
        "text",
        "text",
        "text",
    ];
    let columns = names.iter().zip(types).map(|(name, data_type)| column(name, data_type)).collect();
    let list = names.map(|name| format!("p.{name}")).join(", ");
    let sql = format!("WITH population AS (SELECT * FROM types) SELECT {list} FROM population AS p ORDER BY p.id");
    let answer = read(server.secret(), &data_set(&sql, &["n", "d"], columns), &database()).unwrap();
    assert_eq!(answer.rejects, []);
    let texts: Vec<Vec<String>> = answer
        .texts()
        .into_iter()
        .map(|row| row.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned())).collect())
        .collect();
    let first = [
        "1",
        "true",
        "-2",
        "-4",
        "-9223372036854775808",
        "-12345678901234567890.1234567890",
        "1.5000",
        "Ünïcode",
        "v",
        "c",
        "sad",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "\\x00ff",
        "2025-09-30",
        "2025-09-30T23:59:59.999999",
        "12:34:56.789000",
        "{\"a\": 1}",
        "0.1",
    ];
    assert_eq!(texts[0], first);
    assert!(texts[1].iter().skip(1).all(|cell| cell == "-"), "{:?}", texts[1]);
    assert_eq!(texts[2][13..15], ["-000043-03-15", "1753-01-01T00:00:00"].map(str::to_owned));
    let totals: Vec<_> = answer.proof.totals.iter().map(|(name, sum)| format!("{name} {sum}")).collect();
    assert_eq!(totals, ["n -12345678901234567890.1234567890", "d 1.5000"]);
    assert_eq!(answer.proof.rows, 3);
}

#[test]
fn what_is_no_exact_number_is_refused_by_name() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(
        "CREATE TABLE n (id int, v numeric); INSERT INTO n VALUES (1, 'NaN'), (2, 'Infinity'), (3, 1.005), (4, 7);
        CREATE TABLE o (id int, v interval); CREATE TABLE f (id int, v float8); INSERT INTO f VALUES (1, 0.1)",
    );
    let sql = |table: &str| {
        format!("WITH population AS (SELECT * FROM {table}) SELECT p.id, p.v FROM population AS p ORDER BY p.id")
    };
    let columns = || vec![column("id", "integer"), column("v", "decimal(18,2)")];
    let answer = read(server.secret(), &data_set(&sql("n WHERE v < 100"), &["v"], columns()), &database()).unwrap();
    let problems = |rejects: &[tieout_pipeline::ports::Reject]| -> Vec<String> {
        rejects.iter().map(|reject| format!("{} {} {}", reject.line, reject.column, reject.problem)).collect()
    };
    assert_eq!(problems(&answer.rejects), ["1 v has more than 2 decimals"]);
    // A sum that is NaN proves nothing, so the proof refuses before a row is read.
    let error = read(server.secret(), &data_set(&sql("n"), &["v"], columns()), &database()).err().unwrap();
    assert!(error.to_string().contains("the sum of 'v' needs more than 38 digits or is no number"), "{error}");
    let answer = read(server.secret(), &data_set(&sql("n"), &[], columns()), &database()).unwrap();
    let expected = ["1 v is NaN, which is no number", "2 v is infinite", "3 v has more than 2 decimals"];
    assert_eq!(problems(&answer.rejects), expected);
    let error = read(server.secret(), &data_set(&sql("o"), &[], columns()), &database()).err().unwrap();
    assert!(error.to_string().contains("column 'v' has type interval, which has no exact form here"), "{error}");
    let answer = read(server.secret(), &data_set(&sql("f"), &[], columns()), &database()).unwrap();
    assert!(answer.rejects[0].problem.starts_with("is a binary float"), "{:?}", answer.rejects);
}

const LEDGER: &str = "
CREATE TABLE companies (code text, name text);
INSERT INTO companies VALUES ('EC_NG', 'Nigeria'), ('JM_EG', 'Egypt'), ('EC_KE', 'Kenya');
CREATE TABLE ledger (id bigint, company text, posted timestamp, amount numeric(18,4));
INSERT INTO ledger SELECT n, (ARRAY['EC_NG', 'JM_EG', 'EC_KE'])[n % 3 + 1], '2025-09-01'::timestamp + n * interval '1 hour',
  n * 1.25 FROM generate_series(1, 900) AS n;
";

const LEDGER_SQL: &str = "-- @nothing is bound in a comment
WITH population AS (
    SELECT l.id, l.company, l.amount FROM ledger AS l
    JOIN @companies AS c ON c.value = l.company
    WHERE l.posted < @cutoff_end AND l.amount > @least AND l.company <> '@companies'
)
SELECT p.id, p.amount AS \"Amount\", n.name
FROM population AS p LEFT JOIN companies AS n ON n.code = p.company
ORDER BY p.id";

fn ledger() -> tieout_catalog::DataSet {
    let mut amount = column("amount", "decimal(18,4)");
    amount.headers = vec!["Amount".to_owned()];
    data_set(LEDGER_SQL, &["amount"], vec![column("id", "integer"), amount, column("name", "text")])
}

#[test]
fn values_and_lists_are_bound_and_the_proof_comes_from_the_same_snapshot() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(LEDGER);
    let answer = read(server.secret(), &ledger(), &database()).unwrap();
    let expected = server
        .sql("SELECT count(*), sum(amount) FROM ledger WHERE posted < '2025-10-01' AND company IN ('EC_NG', 'JM_EG')");
    let proof = &answer.proof;
    assert_eq!(format!("{}|{}", proof.rows, proof.totals[0].1), expected);
    assert_eq!(answer.rows() as u64, proof.rows);
    assert!(answer.sent.contains("JOIN (VALUES ($1::text), ($2::text)) AS c(value)"), "{}", answer.sent);
    assert!(answer.sent.contains("posted < $3 AND l.amount > $4 AND l.company <> '@companies'"));
    assert_eq!((proof.server.as_str(), proof.login.as_str()), ("tieout-test", "tieout"));
    assert_eq!((proof.database.as_str(), proof.isolation.as_str()), ("postgres", "repeatable_read"));
    assert!(proof.server_clock.ends_with('Z'));
}

#[test]
fn a_join_that_repeats_rows_shows_in_the_proof() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(LEDGER);
    server.sql("INSERT INTO companies VALUES ('EC_NG', 'twice')");
    let answer = read(server.secret(), &ledger(), &database()).unwrap();
    assert!(answer.rows() as u64 > answer.proof.rows);
}

#[test]
fn ranges_have_no_gaps_and_no_overlaps() {
    let Some(server) = PostgresServer::start("") else { return };
    server.sql(LEDGER);
    let (whole, chunked) = (ledger(), in_chunks(ledger(), "id", 100));
    let (database, parameters) = (database(), parameters());
    let source = source(server.secret());
    block_on(async {
        let ranges = source.ranges(&request(&chunked, &database, &parameters, None)).await.unwrap();
        assert!(ranges.len() > 3, "{ranges:?}");
        let mut rows = Vec::new();
        for range in &ranges {
            let part = read_range(&source, &chunked, &database, Some(range)).await.unwrap();
            assert_eq!(part.rows() as u64, part.proof.rows);
            rows.extend(part.texts());
        }
        let whole = read_range(&source, &whole, &database, None).await.unwrap();
        assert_eq!(rows, whole.texts());
        let proof = source.prove(&request(&chunked, &database, &parameters, None)).await.unwrap().unwrap();
        assert_eq!((proof.rows, &proof.totals), (whole.proof.rows, &whole.proof.totals));
    });
}
