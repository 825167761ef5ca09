//! The T-SQL of PG-01: its form, by a T-SQL parser, and its answers, executed over the source tables of a sample.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::Date;
use sqlparser::ast::{
    BinaryOperator, Expr, ObjectName, ObjectNamePart, Query, Select, SelectItem, SetExpr, Statement, Value, Visit,
    Visitor,
};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::parser::Parser;
use tieout_catalog::{DatabaseDialect, DatabaseQuery};
use tieout_extract::database::{ControlTotal, DatabaseStatements, DatabaseText, ParameterStyle};
use tieout_model::{Parameter, Parameters};
use tieout_sample::pg01::{Request, write};
use tieout_testkit::tds::DuckDbBackend;

const QUERIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/controls/pg-01/queries");
const EXECUTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/tds/execute.py");
const COMPARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/queries/compare.py");
const COMPANIES: [&str; 9] = ["EC_IC", "EC_KE", "EC_MA", "EC_NG", "HF_SN", "JD_DZ", "JD_GH", "JD_UG", "JM_EG"];
const ACCOUNTS: [&str; 10] = ["13001", "13002", "13003", "13004", "13009", "13005", "13024", "18317", "18350", "18412"];
/// What may stand for a value; the first four are tables.
const PARAMETERS: [&str; 8] = [
    "@companies",
    "@accounts",
    "@ledger_accounts",
    "@currencies",
    "@cutoff_date",
    "@cutoff_end",
    "@month_start",
    "@year_start",
];
const DATABASES: [&str; 5] =
    ["AIG_Nav_DW", "AIG_Nav_Jumia_Reconciliation", "STG_AIG_NAV_JUMIA_REC", "RING", "D365BC14_DZ"];
/// Functions that give another value tomorrow.
const WALL_CLOCK: [&str; 8] = [
    "GETDATE",
    "GETUTCDATE",
    "SYSDATETIME",
    "SYSUTCDATETIME",
    "SYSDATETIMEOFFSET",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "NOW",
];

/// What is wrong with the form of a query, and what it names.
#[derive(Default)]
struct Form {
    mistakes: Vec<String>,
    parameters: BTreeSet<String>,
    windows: usize,
}

impl Visitor for Form {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)) {
                self.mistakes.push("selects *".to_owned());
            }
        }
        if select.into.is_some() {
            self.mistakes.push("selects into a table".to_owned());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        let parts: Vec<String> = name
            .0
            .iter()
            .map(|part| match part {
                ObjectNamePart::Identifier(part) => part.value.clone(),
                ObjectNamePart::Function(_) => "()".to_owned(),
            })
            .collect();
        match parts.as_slice() {
            [table] if table.starts_with('@') => self.name_parameter(table),
            [cte] if !cte.starts_with('#') => {}
            [database, _, _] if DATABASES.contains(&database.as_str()) => {}
            _ => self.mistakes.push(format!("reads {}", parts.join("."))),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) if name.value.starts_with('@') => self.name_parameter(&name.value),
            Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => {
                self.mistakes.push(format!("has the placeholder {value}"));
            }
            Expr::Function(function) if WALL_CLOCK.contains(&function.name.to_string().to_uppercase().as_str()) => {
                self.mistakes.push(format!("reads the clock by {}", function.name));
            }
            Expr::BinaryOp { left, op, right } => self.compare(left, op, right),
            Expr::Between { .. } => self.mistakes.push("has a window that is closed on both sides".to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Form {
    fn name_parameter(&mut self, name: &str) {
        if !PARAMETERS.contains(&name) {
            self.mistakes.push(format!("names {name}, which nobody binds"));
        }
        self.parameters.insert(name.to_owned());
    }

    /// A moment is before the end or not before it; a window begins with its first moment.
    fn compare(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) {
        let Expr::Identifier(name) = right else { return };
        let ok = match name.value.as_str() {
            "@cutoff_end" => {
                self.windows += usize::from(*op == BinaryOperator::Lt);
                matches!(op, BinaryOperator::Lt | BinaryOperator::GtEq)
            }
            "@cutoff_date" | "@month_start" | "@year_start" => *op == BinaryOperator::GtEq,
            _ => true,
        };
        if !ok {
            self.mistakes.push(format!("has a window that is not half-open: {left} {op} {right}"));
        }
    }
}

fn queries() -> Vec<(String, String)> {
    let mut queries: Vec<(String, String)> = fs::read_dir(QUERIES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    queries.sort();
    assert_eq!(queries.len(), 12, "one query for each data set of the databases");
    queries
}

fn parsed(name: &str, text: &str) -> Query {
    let mut statements = Parser::parse_sql(&MsSqlDialect {}, text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let Some(Statement::Query(query)) = statements.pop() else { panic!("{name} is no query") };
    assert!(statements.is_empty(), "{name} has more than one statement");
    *query
}

fn form(query: &Query) -> Form {
    let mut form = Form::default();
    let _ = query.visit(&mut form);
    form
}

/// The names of the columns that a query gives.
fn columns(query: &Query) -> Vec<String> {
    let SetExpr::Select(select) = &*query.body else { panic!("the last part of the query is no SELECT") };
    let name = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
        other => panic!("{other} has no name of its own"),
    };
    select.projection.iter().map(name).collect()
}

fn sample(folder: &Path, tables: Option<PathBuf>, cutoff: &str, defects: &[&str]) {
    let request = Request {
        folder: folder.to_owned(),
        source_tables: tables,
        rows: 2000,
        companies: Vec::new(),
        seed: 3,
        defects: Some(defects.iter().map(|name| (*name).to_owned()).collect()),
        cutoff_date: cutoff.parse().unwrap(),
    };
    write(&request).unwrap();
}

#[test]
fn every_query_keeps_the_rules() {
    for (name, text) in queries() {
        let query = parsed(&name, &text);
        let form = form(&query);
        assert_eq!(form.mistakes, [""; 0], "{name}");
        // The rate of a month has no window of moments.
        assert!(form.windows > 0 || name == "cr_05", "{name} has no window that ends with the cutoff");
        let is_of_companies = form.parameters.contains("@companies") || name == "cr_05a";
        assert!(is_of_companies, "{name} reads all companies");
        assert!(query.order_by.is_some(), "{name} comes in no order");
        let ctes: Vec<String> =
            query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| cte.alias.name.value.clone()).collect();
        assert!(ctes.contains(&"population".to_owned()), "{name} has no population");
    }
}

#[test]
fn a_query_that_breaks_a_rule_is_found_out() {
    let broken = [
        "SELECT * FROM a AS a",
        "SELECT a.x AS x INTO b FROM a AS a",
        "SELECT a.x AS x FROM #a AS a",
        "SELECT a.x AS x FROM [other].[dbo].[a] AS a",
        "SELECT a.x AS x FROM a AS a WHERE a.t < GETDATE()",
        "SELECT a.x AS x FROM a AS a WHERE a.t < CURRENT_TIMESTAMP",
        "SELECT a.x AS x FROM a AS a WHERE a.t <= @cutoff_end",
        "SELECT a.x AS x FROM a AS a WHERE a.t <= @cutoff_date",
        "SELECT a.x AS x FROM a AS a WHERE a.t BETWEEN @month_start AND @cutoff_end",
        "SELECT a.x AS x FROM a AS a WHERE a.y = @other",
    ];
    for text in broken {
        assert_eq!(form(&parsed("broken", text)).mistakes.len(), 1, "{text}");
    }
    let whole = "SELECT a.[Opco/Central_?] AS x FROM a AS a WHERE a.t < @cutoff_end AND a.y = '@other ? GETDATE()'";
    assert_eq!(form(&parsed("whole", whole)).mistakes, [""; 0]);
}

#[test]
fn every_query_gives_the_columns_of_its_export() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path(), None, "2025-09-30", &["none"]);
    for (name, text) in queries() {
        let mut reader = csv::Reader::from_path(folder.path().join(format!("{name}.csv"))).unwrap();
        let headers: Vec<String> =
            reader.headers().unwrap().iter().map(|header| header.trim_start_matches('\u{feff}').to_owned()).collect();
        assert_eq!(columns(&parsed(&name, &text)), headers, "{name}");
    }
}

/// The columns whose sum is the control total, as the query names them.
fn control_total(name: &str) -> &'static [&'static str] {
    match name {
        "cr_03" | "ipe_31" => &["Amount"],
        "cr_04" => &["BALANCE_AT_DATE"],
        "cr_05" => &["FX_rate"],
        "cr_05a" => &["Relational Exch_ Rate Amount"],
        "ipe_07" => &["rem_amt_LCY"],
        "ipe_08" => &["remaining_amount"],
        "ipe_08_usage" => &["TotalAmountUsed"],
        "ipe_10" => &["PAID_FOR_ITEMS", "PAID_FOR_SHIPPING"],
        "ipe_11" => &["SC_Transaction_Amount"],
        "ipe_12" => &["amount_expected"],
        _ => &["AmountToRefund"],
    }
}

/// What a run binds at this cutoff.
fn parameters(cutoff: Date) -> Parameters {
    let list = |values: &[&str]| Parameter::List(values.iter().map(|value| (*value).to_owned()).collect());
    Parameters::from([
        ("companies".to_owned(), list(&COMPANIES)),
        ("accounts".to_owned(), list(&ACCOUNTS)),
        ("ledger_accounts".to_owned(), list(&["18412"])),
        ("currencies".to_owned(), list(&["EGP", "MAD"])),
        ("cutoff_date".to_owned(), Parameter::Date(cutoff)),
        ("cutoff_end".to_owned(), Parameter::Date(cutoff.tomorrow().unwrap())),
        ("month_start".to_owned(), Parameter::Date(cutoff.first_of_month())),
        ("year_start".to_owned(), Parameter::Date(cutoff.first_of_year())),
    ])
}

/// A statement as it is sent, with its values.
fn sent(text: &DatabaseText, parameters: &Parameters) -> serde_json::Value {
    let bound = text.bind(parameters, ParameterStyle::Named).unwrap();
    let values = bound.values.iter().map(|value| {
        let kind = if matches!(value.value, Parameter::Date(_)) { "date" } else { "text" };
        (value.name.clone(), serde_json::json!({ "type": kind, "value": value.value.to_string() }))
    });
    let values: serde_json::Map<_, _> = values.collect();
    serde_json::json!({ "sql": bound.text, "parameters": values })
}

/// One JSON line a query: its statement, and those that prove its answer.
fn requests(cutoff: Date) -> String {
    let parameters = parameters(cutoff);
    let request = |(name, text): (String, String)| {
        let totals = control_total(&name);
        let total = |column: &&str| ControlTotal {
            column: (*column).to_owned(),
            headers: vec![(*column).to_owned()],
            scale: 10,
        };
        let totals: Vec<ControlTotal> = totals.iter().map(total).collect();
        let query = DatabaseQuery {
            path: format!("queries/{name}.sql"),
            text,
            population: "population".to_owned(),
            control_total: totals.iter().map(|total| total.column.clone()).collect(),
            chunks: None,
            export: None,
        };
        let statements = DatabaseStatements::new(&query, DatabaseDialect::SqlServer).unwrap();
        let line = serde_json::json!({
            "name": name,
            "rows": sent(&statements.rows(None).unwrap(), &parameters),
            "count": sent(&statements.count(None).unwrap(), &parameters),
            "total": sent(&statements.total(&totals, None).unwrap(), &parameters),
        });
        format!("{line}\n")
    };
    queries().into_iter().map(request).collect()
}

/// Executes all queries over the tables of a sample with these defects, and compares with its CSV files.
fn compare(python: &Path, cutoff: &str, defects: &[&str], expected: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [sample_folder, tables, requests_file] = ["sample", "tables", "requests"].map(|name| folder.path().join(name));
    sample(&sample_folder, Some(tables.clone()), cutoff, defects);
    fs::write(&requests_file, requests(cutoff.parse().unwrap())).unwrap();
    let mut command = Command::new(python);
    command.args(["-B", COMPARE, "--execute", EXECUTE, "--requests"]).arg(&requests_file);
    command.arg("--sample").arg(&sample_folder).arg("--tables").arg(&tables);
    for expect in expected {
        command.args(["--expect", expect]);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn the_queries_over_the_source_tables_give_the_sample_row_for_row() {
    let Some(python) = DuckDbBackend::python().unwrap() else {
        eprintln!("skipped: no Python with DuckDB; `make tds-venv` makes one");
        return;
    };
    let said = compare(&python, "2025-09-30", &["usual"], &[]);
    assert_eq!(said.lines().count(), 12, "{said}");
    // The first month of a year, where three windows begin at once, and a day inside a month.
    compare(&python, "2024-01-31", &["none"], &[]);
    compare(&python, "2025-10-15", &["none"], &[]);
    // A second cash record repeats the items of its package: the query gives more rows than its population counts.
    compare(&python, "2025-09-30", &["fan_out"], &["ipe_12=1"]);
}
