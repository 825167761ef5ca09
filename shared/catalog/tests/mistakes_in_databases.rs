//! What the loader says of databases: sources, data sets that are queries, and their texts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use tieout_catalog::{ControlFolder, DataSetQuery, Isolation, SourceKind, load};

const TOML: &str = r#"schema = 1
id = "cash"
title = "Cash"
description = "A ledger in a database."
owner = { name = "Ann", email = "ann@example.com" }
reviewer = { name = "Bob", email = "bob@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
assertions = [{ id = "positive", data_set = "ledger", holds = "amount > 0", description = "d", severity = "finding" }]
parameters = [{ name = "least", type = "integer", default = "1" }]
[[sources]]
name = "books"
kind = "sqlserver"
secret = "books-readonly"
databases = ["NAV"]
[[data_sets]]
name = "ledger"
source = "books"
query = "queries/ledger.sql"
population = "population"
control_total = "Amount"
chunks = { column = "id", rows = 1000 }
export = { file = "ledger.csv", format = { kind = "csv" } }
columns = [{ name = "id", type = "integer" }, { name = "amount", type = "decimal(18,2)", header = "Amount", currency = "EUR" }]
[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

const SQL: &str =
    "WITH population AS (SELECT l.id, l.Amount FROM NAV.dbo.ledger AS l WHERE l.n > @least AND l.d < @cutoff_end)
SELECT p.id, p.Amount FROM population AS p ORDER BY p.id
";

fn folder(toml: &[(&str, &str)], sql: &[(&str, &str)]) -> ControlFolder {
    let changed = |text: &str, edits: &[(&str, &str)]| {
        edits.iter().fold(text.to_owned(), |text, (from, to)| {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text.replacen(from, to, 1)
        })
    };
    let files = [("control.toml", changed(TOML, toml)), ("queries/ledger.sql", changed(SQL, sql))];
    let files = files.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    ControlFolder { name: "cash".to_owned(), files: BTreeMap::from(files) }
}

fn said(toml: &[(&str, &str)], sql: &[(&str, &str)]) -> String {
    load(&folder(toml, sql)).map_or_else(|mistakes| mistakes.to_string(), |_| "loaded".to_owned())
}

#[test]
fn a_database_has_its_defaults_and_its_query_is_part_of_the_definition() {
    let control = load(&folder(&[], &[])).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let SourceKind::SqlServer(source) = &control.sources[0].kind else { panic!() };
    assert_eq!((source.connections, source.isolation, source.statement_timeout_seconds), (1, Isolation::Snapshot, 900));
    let DataSetQuery::Database(query) = &control.data_sets[0].query else { panic!() };
    assert_eq!((query.text.as_str(), query.control_total.as_slice()), (SQL, ["amount".to_owned()].as_slice()));
    assert!(control.files.contains_key("queries/ledger.sql"));
    let other = load(&folder(&[], &[("p.id, p.Amount FROM", "p.id,  p.Amount FROM")])).unwrap();
    assert_ne!(control.digest, other.digest);
}

#[test]
fn keys_of_databases_are_checked() {
    for (from, to, expected) in [
        ("\"books-readonly\"", "\"Server=x;PWD=y\"", "13:10: 'secret' is not the name of a secret; name the secret"),
        ("databases = [\"NAV\"]", "connections = 0", "14:15: 'connections' is 0; it must be from 1 to 64"),
        ("databases = [\"NAV\"]", "isolation = \"dirty\"", "14:13: 'isolation' is 'dirty'; there are: snapshot, read_"),
        (
            "control_total = \"Amount\"",
            "control_total = \"Amuont\"",
            "20:17: no column has the name or header 'Amuont'; did",
        ),
        (
            "control_total = \"Amount\"",
            "control_total = \"id\"",
            "20:17: column 'id' is integer, and a control total is",
        ),
        ("rows = 1000", "rows = 0", "21:34: 'rows' must be at least 1"),
        ("population = \"population\"\n", "", "15:1: missing key 'population'"),
        (
            "query = \"queries/ledger.sql\"",
            "query = \"queries/leger.sql\"",
            "18:9: there is no file 'queries/leger.sql' in",
        ),
        (
            "export = {",
            "file = \"a.csv\"\nexport = {",
            "18:9: 'query' and 'file' exclude each other; put file keys into",
        ),
        (
            "type = \"integer\", default = \"1\" }]",
            "type = \"integer\", default = \"1\" }, { name = \"spare\", type = \"text\", default = \"\" }]",
            "9:77: nothing uses parameter 'spare'; bind it in a query, or remove it",
        ),
    ] {
        let found = said(&[(from, to)], &[]);
        assert!(found.contains(&format!("cash/control.toml:{expected}")), "{to}: {found}");
    }
    let files = said(
        &[(
            "kind = \"sqlserver\"\nsecret = \"books-readonly\"\ndatabases = [\"NAV\"]",
            "kind = \"files\"\nfolder = \"data\"",
        )],
        &[],
    );
    assert!(
        files.contains("source 'books' is of kind files, which answers no query; name a source of kind"),
        "{files}"
    );
}

#[test]
fn a_mistake_of_a_text_stands_at_its_place_in_the_file() {
    let found = said(&[], &[("@cutoff_end", "GETDATE()")]);
    assert!(found.starts_with("cash/queries/ledger.sql:1:97: GETDATE reads the clock; use @cutoff_date"), "{found}");
    let found = said(&[], &[("NAV.dbo.ledger", "OTHER.dbo.ledger"), ("@least", "@leats")]);
    assert!(found.contains("database 'OTHER' is not among the `databases` of the source"), "{found}");
    assert!(found.contains("there is no parameter '@leats'; did you mean 'least'?"), "{found}");
}
