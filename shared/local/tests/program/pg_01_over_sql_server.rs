//! PG-01 over SQL Server, every query executed for real behind the wire, is PG-01 over the exports of those queries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tieout_testkit::tds::{DuckDbBackend, ServerOptions, TdsServer};

fn tieout(folder: &Path, arguments: &[&str], server: &TdsServer) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(arguments)
        .current_dir(folder)
        .env("TIEOUT_SECRET_NAV_READONLY", secret(server))
        .env_remove("TIEOUT_CONTROLS")
        .env_remove("TIEOUT_STORE")
        .output()
        .unwrap()
}

fn secret(server: &TdsServer) -> String {
    let options = server.options();
    let password = options.password.replace('}', "}}");
    let port = server.port();
    format!("SERVER=localhost,{port};UID={};PWD={{{password}}};TrustServerCertificate=yes", options.user)
}

/// A run over what a folder holds; what it does not hold comes from the server.
fn run(folder: &Path, data: &str, server: &TdsServer) -> Value {
    let store = format!("store-{data}");
    let arguments =
        ["run", "pg-01", "--cutoff-date", "2025-09-30", "--data", data, "--store", &store, "--format", "json"];
    let output = tieout(folder, &arguments, server);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(1 | 3)), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// A sample with its source tables, and a folder with the one data set that no database has.
fn sample(folder: &Path, defects: &str) -> Option<TdsServer> {
    let Some(python) = DuckDbBackend::python().unwrap() else {
        eprintln!("skipped: no Python with DuckDB; `make tds-venv` makes one");
        return None;
    };
    let arguments = ["sample", "pg-01", "--out", "exports", "--source-tables", "tables", "--rows", "1000"];
    let made = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args([arguments.as_slice(), &["--defects", defects]].concat())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::create_dir(folder.join("uploads")).unwrap();
    for name in ["jdash.csv", "control_totals.csv"] {
        fs::copy(folder.join("exports").join(name), folder.join("uploads").join(name)).unwrap();
    }
    let backend = DuckDbBackend::start(&python, &folder.join("tables")).unwrap();
    Some(TdsServer::start(ServerOptions::default(), backend).unwrap())
}

/// Rows and totals of each data set, and the digest of those derived from them.
///
/// Columns that nothing is computed from are text in the control, and an export spells their numbers in its own way: the
/// digest of what was extracted is that of the spelling.
fn figures(result: &Value) -> BTreeMap<String, Value> {
    let of = |it: &Value| {
        let name = it["name"].as_str().unwrap().to_owned();
        let digest = if it["kind"] == "derived" { it["digest"].clone() } else { Value::Null };
        assert!(it["rows"].is_u64() && it["totals"].is_array(), "{it}");
        (name, serde_json::json!([it["rows"], it["totals"], it["excluded"], digest]))
    };
    result["data_sets"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn the_answer_is_that_of_the_exports() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = sample(folder.path(), "usual") else { return };
    let from_files = run(folder.path(), "exports", &server);
    assert_eq!(from_files["outcome"], "exceptions", "{:#}", from_files["reasons"]);
    assert_eq!(server.requests().len(), 0, "a run over exports asks no server");
    let from_server = run(folder.path(), "uploads", &server);
    assert_eq!(from_server["outcome"], "exceptions", "{:#}", from_server["reasons"]);
    assert!(server.requests().len() >= 33, "{} requests: each query, its count and its sum", server.requests().len());
    let (left, right) = (figures(&from_files), figures(&from_server));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, figures) in &left {
        assert_eq!(right.get(name), Some(figures), "{name}");
    }
    assert_eq!(from_files["reasons"], from_server["reasons"]);
}

#[test]
fn a_lookup_that_repeats_rows_keeps_the_control_from_concluding() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = sample(folder.path(), "fan_out") else { return };
    let result = run(folder.path(), "uploads", &server);
    assert_eq!(result["outcome"], "not_operated");
    let codes: Vec<&str> =
        result["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"fan_out"), "{codes:?}");
}
