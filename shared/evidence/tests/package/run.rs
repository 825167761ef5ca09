//! A small run of the control bank-ledger with a case of every kind, and its package.
//!
//! The figures are written down by hand, so that they check the verifier's arithmetic and not the other way round.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use tempfile::TempDir;
use tieout_evidence::{
    Content, DataSetSummary, EXCLUDED_REASON_COLUMN, PackageFile, PackageHeader, Stored, Verification, verify_package,
    write_package,
};
use tieout_model::{
    AmountColumn, AssertionResult, ClassAmount, ClassCount, ColumnSchema, ColumnTotal, ComparisonClass,
    ComparisonResult, CurrencyAmount, CurrencyOf, DataSetKind, DataSetResult, Decimal, Digest, Excluded, Outcome,
    RESULT_SCHEMA, Rejected, RunId, RunResult, Severity, Side, TableResult, TestOutcome, TestResult, TieOutResult,
    TieOutStatus, conclude, foot_comparison, foot_data_set,
};
use tieout_tables::{TableFile, TableWriter};

use crate::arrays::{amounts, days, text};

/// The files of a package by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A run that was made, ready to be packed.
pub(crate) struct Run {
    pub(crate) folder: TempDir,
    pub(crate) header: PackageHeader,
    pub(crate) result: RunResult,
    pub(crate) files: Files,
}

impl Run {
    /// Makes the run.
    pub(crate) fn new() -> Self {
        let mut run = Self {
            folder: tempfile::tempdir().unwrap(),
            header: PackageHeader {
                run_id: RunId {
                    control: "bank-ledger".parse().unwrap(),
                    cutoff_date: "2024-12-31".parse().unwrap(),
                    run: "0001".parse().unwrap(),
                },
                definition: definition_digest(),
                code_version: "tieout 0.1.0".to_owned(),
            },
            result: empty_result(),
            files: definition_files(),
        };
        run.add_statement();
        run.add_ledger();
        run.add_checks();
        run.settle();
        for (path, text) in [
            ("exceptions.csv", "class;reference\nonly_left;D\n"),
            ("report.html", "<!doctype html><title>bank-ledger</title>"),
            ("log.jsonl", "{\"step\":\"extract\"}\n"),
            ("queries/statement.json", "{\"query\":\"statement.csv\"}\n"),
            ("queries/größe.json", "{}\n"),
        ] {
            run.files.insert(path.to_owned(), text.as_bytes().to_vec());
        }
        run
    }

    /// Foots and concludes the result and writes it, the summaries and the request.
    pub(crate) fn settle(&mut self) {
        let result = &mut self.result;
        result.footing = result.data_sets.iter().flat_map(|data_set| foot_data_set(data_set, None)).collect();
        let [statement, ledger] = result.data_sets.as_slice() else { panic!("two data sets") };
        result.footing.extend(foot_comparison(&result.comparisons[0], statement, ledger));
        (result.outcome, result.reasons) = conclude(result);
        self.write_result();
        for data_set in &self.result.data_sets {
            let summary = DataSetSummary::new(data_set.clone(), &[amount_column(&data_set.name)]);
            self.files.insert(format!("data/{}/summary.json", data_set.name), summary.to_bytes().unwrap());
        }
        let request = serde_json::json!({
            "schema": 1, "run_id": self.header.run_id, "interim": false, "definition": self.header.definition,
            "code_version": self.header.code_version, "started_at": "2025-01-02T03:04:05Z",
        });
        self.files.insert("run.json".to_owned(), serde_json::to_vec_pretty(&request).unwrap());
    }

    /// Writes the result as it stands.
    pub(crate) fn write_result(&mut self) {
        self.files.insert("result.json".to_owned(), serde_json::to_vec_pretty(&self.result).unwrap());
    }

    /// Packs the files as they stand, checksums and all, and gives the path of the zip.
    pub(crate) fn pack(&self) -> PathBuf {
        let path = self.folder.path().join("package.zip");
        self.pack_to(&path);
        path
    }

    pub(crate) fn pack_to(&self, path: &Path) -> Stored {
        let files = self.files.iter().map(|(path, bytes)| package_file(path, bytes)).collect();
        write_package(&self.header, files, path).unwrap()
    }

    /// What the verifier says of the files as they stand, with checksums that fit them.
    pub(crate) fn verify(&self) -> Verification {
        verify_package(&self.pack()).unwrap()
    }

    /// Writes a table and gives its bytes and figures.
    pub(crate) fn table(&self, columns: &[(&str, ArrayRef)]) -> (Vec<u8>, TableFile) {
        let fields = columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), false));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = columns.iter().map(|(_, values)| Arc::clone(values)).collect();
        let path = self.folder.path().join("table");
        let mut writer = TableWriter::create(&path, &schema).unwrap();
        writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
        let file = writer.finish().unwrap();
        (fs::read(path).unwrap(), file)
    }

    fn add_statement(&mut self) {
        let rows = self.table(&[
            ("reference", text(&["A", "B", "C", "D", "E"])),
            ("amount", amounts(&[1000, 2000, 3001, 500, 700])),
            ("booked_on", days(&[20_088, 20_089, 20_089, 20_090, 20_090])),
        ]);
        let excluded = self.table(&[
            ("reference", text(&["X", "Y", "W"])),
            ("amount", amounts(&[100, 250, 1])),
            ("booked_on", days(&[20_200, 20_201, 19_000])),
            (EXCLUDED_REASON_COLUMN, text(&["after_cutoff", "after_cutoff", "before_period"])),
        ]);
        let rejects = self.table(&[
            ("origin", text(&["statement.csv"])),
            ("line", Arc::new(Int64Array::from(vec![9])) as ArrayRef),
            ("column", text(&["amount"])),
            ("masked", text(&["9,9,9"])),
            ("problem", text(&["is not a number"])),
        ]);
        let kept_out = |reason: &str, rows, amount| Excluded {
            reason: reason.to_owned(),
            rows,
            totals: vec![total("EUR", amount)],
        };
        self.result.data_sets.push(DataSetResult {
            name: "statement".to_owned(),
            kind: DataSetKind::Extracted,
            rows: 5,
            rows_read: 9,
            digest: rows.1.digest,
            columns: columns(&[("reference", "text"), ("amount", "decimal(18,2)"), ("booked_on", "date")]),
            totals: vec![total("EUR", "72.01")],
            excluded: vec![kept_out("after_cutoff", 2, "3.50"), kept_out("before_period", 1, "0.01")],
            rejected: Rejected { rows: 1, tolerated: 1 },
            tests: vec![not_run()],
            sources: vec!["statement.csv".to_owned()],
            notes: Vec::new(),
        });
        self.files.insert("data/statement/rows.parquet".to_owned(), rows.0);
        self.files.insert("data/statement/excluded.parquet".to_owned(), excluded.0);
        self.files.insert("data/statement/rejects.parquet".to_owned(), rejects.0);
    }

    fn add_ledger(&mut self) {
        let rows = self.table(&[
            ("reference", text(&["A", "B", "C", "F", "F", "G"])),
            ("amount", amounts(&[1000, 2000, 3000, 900, 900, 100])),
            ("currency", text(&["EUR", "EUR", "EUR", "EUR", "EUR", "USD"])),
        ]);
        self.result.data_sets.push(DataSetResult {
            name: "ledger".to_owned(),
            kind: DataSetKind::Derived,
            rows: 6,
            rows_read: 6,
            digest: rows.1.digest,
            columns: columns(&[("reference", "text"), ("amount", "decimal(18,2)"), ("currency", "text")]),
            totals: vec![total("EUR", "78.00"), total("USD", "1.00")],
            excluded: Vec::new(),
            rejected: Rejected::default(),
            tests: vec![not_run()],
            sources: Vec::new(),
            notes: Vec::new(),
        });
        self.files.insert("data/ledger/rows.parquet".to_owned(), rows.0);
    }

    fn add_checks(&mut self) {
        let exceptions = self.table(&[
            ("class", text(&["mismatch", "only_left", "only_left", "duplicate_key", "duplicate_key", "only_right"])),
            ("reference", text(&["C", "D", "E", "F", "F", "G"])),
        ]);
        self.add_table("comparison-statement-ledger", exceptions);
        let failed = self.table(&[("reference", text(&["G"])), ("amount_at_stake", amounts(&[100]))]);
        self.add_table("assertion-large-enough", failed);
        let tie_out = self.table(&[
            ("tie_out", text(&["total", "total", "total"])),
            ("currency", text(&["EUR", "EUR", "USD"])),
            ("account", text(&["1", "2", "2"])),
            ("left", amounts(&[6001, 1200, 0])),
            ("right", amounts(&[6000, 1800, 100])),
            ("difference", amounts(&[1, -600, -100])),
            ("threshold", amounts(&[600, 600, 600])),
            ("status", text(&["ok", "over_threshold", "ok"])),
        ]);
        self.add_table("tie-out-total", tie_out);
        self.result.comparisons.push(comparison());
        self.result.assertions.push(AssertionResult {
            id: "large-enough".to_owned(),
            data_set: "ledger".to_owned(),
            severity: Severity::Finding,
            rows_checked: 6,
            rows_failed: 1,
            currency: Some("USD".parse().unwrap()),
            amount: Some("1.00".parse().unwrap()),
            amounts: vec![CurrencyAmount { currency: "USD".parse().unwrap(), amount: "1.00".parse().unwrap() }],
        });
        self.result.tie_outs = vec![
            TieOutResult { groups: Some(2), groups_over_threshold: Some(1), ..tie_out_row("EUR", "72.01", "78.00") },
            TieOutResult { groups: Some(1), groups_over_threshold: Some(0), ..tie_out_row("USD", "0.00", "1.00") },
            TieOutResult {
                group: BTreeMap::from([("account".to_owned(), "2".to_owned())]),
                ..tie_out_row("EUR", "12.00", "18.00")
            },
        ];
    }

    fn add_table(&mut self, name: &str, (bytes, file): (Vec<u8>, TableFile)) {
        self.files.insert(format!("tables/{name}.parquet"), bytes);
        self.result.tables.push(TableResult {
            name: name.to_owned(),
            path: format!("control=bank-ledger/cutoff=2024-12-31/run=0001/reconcile/attempt=1/{name}.parquet"),
            rows: file.rows,
            digest: file.digest,
        });
    }
}

/// A file for the package.
pub(crate) fn package_file(path: &str, bytes: &[u8]) -> PackageFile {
    PackageFile { path: path.to_owned(), content: Content::Bytes(bytes.to_vec()) }
}

/// Reads all files of a zip with a common reader, in its order.
pub(crate) fn unzip(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

/// Problems as `file: what`.
pub(crate) fn lines(verification: &Verification) -> Vec<String> {
    verification.problems.iter().map(|problem| format!("{}: {}", problem.file, problem.what)).collect()
}

fn empty_result() -> RunResult {
    RunResult {
        schema: RESULT_SCHEMA,
        control: "bank-ledger".parse().unwrap(),
        title: "Bank statement against cash ledger".to_owned(),
        cutoff_date: "2024-12-31".parse().unwrap(),
        interim: false,
        run: "0001".parse().unwrap(),
        definition: definition_digest(),
        outcome: Outcome::NotOperated,
        reasons: Vec::new(),
        data_sets: Vec::new(),
        comparisons: Vec::new(),
        tie_outs: Vec::new(),
        assertions: Vec::new(),
        threshold_checks: Vec::new(),
        classifications: Vec::new(),
        footing: Vec::new(),
        tables: Vec::new(),
        package: None,
        report: None,
    }
}

fn comparison() -> ComparisonResult {
    use ComparisonClass::{DuplicateKey, Matched, Mismatch, OnlyLeft, OnlyRight};
    let count = |side, class, rows| ClassCount { side, class, rows };
    let amount = |side, class, currency: &str, amount: &str| ClassAmount {
        side,
        class,
        column: "amount".to_owned(),
        currency: currency.parse().unwrap(),
        amount: amount.parse().unwrap(),
    };
    ComparisonResult {
        id: "statement-ledger".to_owned(),
        left: "statement".to_owned(),
        right: "ledger".to_owned(),
        matched: 2,
        within_tolerance: 0,
        mismatch: 1,
        only_left: 2,
        only_right: 1,
        duplicate_keys: 1,
        duplicate_rows_left: 0,
        duplicate_rows_right: 2,
        null_key_rows_left: 0,
        null_key_rows_right: 0,
        mismatch_by_column: BTreeMap::from([("amount".to_owned(), 1)]),
        classes: vec![
            count(Side::Left, Matched, 2),
            count(Side::Left, Mismatch, 1),
            count(Side::Left, OnlyLeft, 2),
            count(Side::Right, Matched, 2),
            count(Side::Right, Mismatch, 1),
            count(Side::Right, OnlyRight, 1),
            count(Side::Right, DuplicateKey, 2),
        ],
        amounts: vec![
            amount(Side::Left, Matched, "EUR", "30.00"),
            amount(Side::Left, Mismatch, "EUR", "30.01"),
            amount(Side::Left, OnlyLeft, "EUR", "12.00"),
            amount(Side::Right, Matched, "EUR", "30.00"),
            amount(Side::Right, Mismatch, "EUR", "30.00"),
            amount(Side::Right, OnlyRight, "USD", "1.00"),
            amount(Side::Right, DuplicateKey, "EUR", "18.00"),
        ],
        details: tieout_model::ComparisonDetails::default(),
    }
}

fn tie_out_row(currency: &str, left: &str, right: &str) -> TieOutResult {
    let (left, right): (Decimal, Decimal) = (left.parse().unwrap(), right.parse().unwrap());
    let (difference, threshold) = (left.checked_sub(right).unwrap(), "6.00".parse().unwrap());
    TieOutResult {
        id: "total".to_owned(),
        group: BTreeMap::new(),
        currency: currency.parse().unwrap(),
        left,
        right,
        difference,
        threshold,
        status: TieOutStatus::of(difference, threshold),
        groups: None,
        groups_over_threshold: None,
    }
}

fn definition_files() -> Files {
    let texts = [("control.toml", "schema = 1\n"), ("ledger.sql", "select * from entries\n")];
    texts.map(|(name, text)| (format!("definition/{name}"), text.as_bytes().to_vec())).into()
}

/// The digest over lengths, names and contents that the manifest must have, spelled out.
fn definition_digest() -> Digest {
    let bytes = b"\0\0\0\0\0\0\0\x0ccontrol.toml\0\0\0\0\0\0\0\x0bschema = 1\n\
        \0\0\0\0\0\0\0\x0aledger.sql\0\0\0\0\0\0\0\x16select * from entries\n";
    Digest::of(bytes)
}

fn amount_column(data_set: &str) -> AmountColumn {
    let currency = match data_set {
        "statement" => CurrencyOf::Fixed("EUR".parse().unwrap()),
        _ => CurrencyOf::Column("currency".to_owned()),
    };
    AmountColumn { column: "amount".to_owned(), currency }
}

fn not_run() -> TestResult {
    TestResult {
        test: "min_rows".to_owned(),
        result: TestOutcome::NotRun,
        expected: None,
        found: None,
        detail: String::new(),
    }
}

fn total(currency: &str, amount: &str) -> ColumnTotal {
    let (currency, amount) = (currency.parse().unwrap(), amount.parse().unwrap());
    ColumnTotal { column: "amount".to_owned(), currency, amount }
}

fn columns(list: &[(&str, &str)]) -> Vec<ColumnSchema> {
    let of = |(name, data_type): (&str, &str)| (name.to_owned(), data_type.to_owned());
    list.iter()
        .map(|pair| of(*pair))
        .map(|(name, data_type)| ColumnSchema { name, data_type, nullable: false })
        .collect()
}
