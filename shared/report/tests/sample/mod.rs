//! Results and exceptions tables that the tests of the page share.

use tieout_model::{
    Absorbed, ColumnSchema, ComparisonDetails, Decimal, NormalisedColumn, RunResult, WhatIf, WhatIfAmount,
};
use tieout_report::{AssertionText, ExceptionKind, ExceptionTable, ReportInput, TieOutSides};

/// A result of `shared/testkit/results`.
pub(crate) fn result(name: &str) -> RunResult {
    let path = format!("{}/../testkit/results/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Everything a report is made from, owned.
pub(crate) struct Sample {
    pub(crate) result: RunResult,
    pub(crate) description: String,
    pub(crate) owner: String,
    pub(crate) tie_outs: Vec<TieOutSides>,
    pub(crate) assertions: Vec<AssertionText>,
    pub(crate) exceptions: Vec<ExceptionTable>,
}

impl Sample {
    pub(crate) fn of(name: &str) -> Self {
        let sides = |id: &str, left: &str, right: &str| TieOutSides {
            id: id.to_owned(),
            left: left.to_owned(),
            right: right.to_owned(),
        };
        Self {
            result: result(name),
            description: "Agrees a month of the bank's statement with the cash ledger, entry by entry and in total."
                .to_owned(),
            owner: "Treasury".to_owned(),
            tie_outs: vec![
                sides("total", "statement.amount", "ledger.amount"),
                sides("by-day", "statement.amount", "ledger.amount"),
            ],
            assertions: vec![AssertionText {
                id: "weekend-posting".to_owned(),
                description: "An entry was posted on a Saturday or a Sunday, when nobody posts.".to_owned(),
                holds: "extract(dow from posted_on) between 1 and 5".to_owned(),
            }],
            exceptions: Vec::new(),
        }
    }

    pub(crate) fn input(&self) -> ReportInput<'_> {
        ReportInput {
            result: &self.result,
            owner: &self.owner,
            reviewer: "Controller",
            description: &self.description,
            code_version: "0.1.0",
            package_file: "bank-ledger_2024-01-31_0001.zip",
            tie_outs: &self.tie_outs,
            assertions: &self.assertions,
            exceptions: &self.exceptions,
            changes: None,
        }
    }
}

/// Details of a comparison of every kind; the caller sees to it that its classes fit.
pub(crate) fn details() -> ComparisonDetails {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let absorbed = |column: &str, currency: Option<&str>, keys, total, cap: Option<&str>, over_cap| Absorbed {
        column: column.to_owned(),
        currency: currency.map(|currency| currency.parse().unwrap()),
        keys,
        total: decimal(total),
        cap: cap.map(decimal),
        over_cap,
    };
    let amount = |currency: Option<&str>, amount| WhatIfAmount {
        currency: currency.map(|currency| currency.parse().unwrap()),
        amount: decimal(amount),
    };
    let what_if =
        |tolerance, keys, amounts| WhatIf { column: "amount".to_owned(), tolerance: decimal(tolerance), keys, amounts };
    ComparisonDetails {
        ambiguous_keys: 1,
        group_matched_keys: 2,
        group_mismatch_keys: 1,
        absorbed: vec![
            absorbed("amount", Some("EUR"), 1_200, "1100.25", Some("1000"), true),
            absorbed("amount", Some("USD"), 3, "0.12", Some("1000"), false),
            absorbed("value_date", None, 4, "6", None, false),
        ],
        normalised: vec![NormalisedColumn { column: "reference".to_owned(), keys_merged: 17 }],
        keys_merged: 18,
        what_if: vec![
            what_if("0", 1_204, vec![amount(Some("EUR"), "2334.81"), amount(Some("USD"), "0.12")]),
            what_if("10", 1, vec![amount(Some("EUR"), "1234.56")]),
            what_if("10000", 0, Vec::new()),
        ],
        differences: Vec::new(),
    }
}

/// A table with the given columns (name and type) and rows; an empty cell stands for null.
pub(crate) fn table(
    id: &str,
    title: &str,
    kind: ExceptionKind,
    columns: &[(&str, &str)],
    rows: &[&[&str]],
) -> ExceptionTable {
    let column = |&(name, data_type): &(&str, &str)| ColumnSchema {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        nullable: true,
    };
    let cell = |text: &&str| if text.is_empty() { None } else { Some((*text).to_owned()) };
    ExceptionTable {
        id: id.to_owned(),
        title: title.to_owned(),
        kind,
        columns: columns.iter().map(column).collect(),
        rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        total_rows: rows.len() as u64,
    }
}

/// The exceptions of the sample control.
pub(crate) fn exceptions() -> Vec<ExceptionTable> {
    let compared = [
        ("class", "text"),
        ("reference", "text"),
        ("statement_amount", "decimal(18,2)"),
        ("ledger_amount", "decimal(18,2)"),
        ("currency", "text"),
        ("statement_text", "text"),
        ("ledger_memo", "text"),
        ("differs", "text"),
    ];
    let found: [&[&str]; 6] = [
        &["mismatch", "R-2024-0117", "1334.56", "100.00", "EUR", "Invoice 8841", "Invoice 8841", "amount"],
        &["only_left", "R-2024-0042", "55.20", "", "EUR", "Card fee", "", ""],
        &["only_left", "R-2024-0099", "20.00", "", "EUR", "Card fee", "", ""],
        &["only_right", "R-2024-0112", "", "-512.40", "EUR", "", "Reversal of a double payment to a supplier", ""],
        &["duplicate_key", "R-2024-0077", "90.00", "90.00", "EUR", "Rent January", "Rent January", ""],
        &["duplicate_key", "R-2024-0077", "90.00", "", "EUR", "Rent January", "", ""],
    ];
    let posted = [("reference", "text"), ("posted_on", "date"), ("entry", "integer"), ("amount", "decimal(18,2)")];
    let weekend: [&[&str]; 3] = [
        &["R-2024-0013", "2024-01-06", "40013", "4000.00"],
        &["R-2024-0014", "2024-01-07", "40014", "120.00"],
        &["R-2024-0015", "2024-01-07", "40015", "0.00"],
    ];
    let reject = [("file", "text"), ("line", "integer"), ("column", "text"), ("value", "text"), ("problem", "text")];
    let rejected: [&[&str]; 1] = [&["statement.csv", "57", "amount", "9.999,9A", "is not a number as declared"]];
    vec![
        table("statement-ledger", "Entries that differ", ExceptionKind::Comparison, &compared, &found),
        table("weekend-posting", "Rows that fail the assertion.", ExceptionKind::Assertion, &posted, &weekend),
        table("statement", "Values are masked: digits are 9, letters A.", ExceptionKind::Rejects, &reject, &rejected),
    ]
}
