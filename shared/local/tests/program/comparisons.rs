//! A control whose comparison declares everything that there is to declare.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tieout_evidence::Verdict;
use tieout_local::verify_run;
use tieout_model::{ComparisonResult, Outcome, RunResult};
use tieout_tables::{TableReader, cell_text};

use crate::harness::{Bench, differences, run_folder, tree};

/// Invoices against a ledger that writes the same numbers in another way.
const CONTROL: &str = include_str!("comparisons.toml");
const INVOICES: &str = "\
company,invoice_no,due_on,amount
X,00A1,2024-01-10,100.00
X,B2,2024-01-11,200.00
X,C3,2024-01-12,50.00
X,D4,2024-01-13,300.00
X,E5,2024-01-14,10.00
X,E5,2024-01-14,10.00
X,F6,2024-01-15,70.00
Y,G7,2024-01-16,1.00
Y,H8,2024-01-17,5.00
Y,I9,2024-01-18,9.00
";
const LEDGER: &str = "\
company,reference,value_date,amount
X,a1,2024-01-13,100.00
X,B2,2024-01-11,200.05
X,C3,2024-01-12,50.02
X,D4,2024-01-13,100.00
X,D4,2024-01-13,200.00
X,E5,2024-01-14,25.00
X,F66,2024-01-15,70.01
Y,g7,2024-01-16,1.00
Y,H8,2024-01-17,5.00
Y,I9,2024-01-16,9.00
";

fn bench(definition: &str) -> Bench {
    let files = [("control.toml", definition), ("sample/invoices.csv", INVOICES), ("sample/ledger.csv", LEDGER)];
    Bench::with_files("invoices", &files, "2024-01-31")
}

fn only(result: &RunResult) -> &ComparisonResult {
    let [comparison] = result.comparisons.as_slice() else { panic!("one comparison: {:?}", result.reasons) };
    comparison
}

/// The rows of a result table as text.
fn rows(folder: &Path, result: &RunResult, table: &str) -> String {
    let table = result.tables.iter().find(|of| of.name == table).unwrap();
    let reader = TableReader::open(&folder.join("store").join(&table.path)).unwrap();
    let mut lines = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| cell_text(column, row).unwrap().unwrap_or_default());
            lines.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn everything_that_a_comparison_declares_is_carried_out() {
    let (result, folder) = bench(CONTROL).result().await;
    let comparison = only(&result);
    let counts = [
        comparison.matched,
        comparison.within_tolerance,
        comparison.mismatch,
        comparison.only_left,
        comparison.only_right,
        comparison.duplicate_keys,
        comparison.details.group_matched_keys,
        comparison.details.group_mismatch_keys,
    ];
    assert_eq!(counts, [2, 3, 1, 1, 1, 0, 1, 1]);
    let absorbed: Vec<String> = comparison.details.absorbed.iter().map(tieout_model::Absorbed::sentence).collect();
    assert_eq!(absorbed, ["amount: EUR 0.07 in 2 keys, over its cap of EUR 0.06", "due_on: 3 in 1 key"]);
    assert_eq!(comparison.details.keys_merged, 2);
    let what_if = comparison.details.what_if.iter().map(|of| {
        let amounts: Vec<String> = of.amounts.iter().map(|of| of.amount.to_string()).collect();
        format!("{}: {} keys, {}", of.tolerance, of.keys, amounts.join(" "))
    });
    assert_eq!(what_if.collect::<Vec<_>>(), ["0: 2 keys, 0.07", "0.02: 1 keys, 0.05", "10: 0 keys, "]);
    assert_eq!(result.outcome, Outcome::Exceptions);
    assert!(result.footing.iter().all(|line| line.foots), "{:?}", result.footing);
    let [reason] = result.reasons.as_slice() else { panic!("one reason: {:?}", result.reasons) };
    let expected = "invoices against ledger: 1 beyond tolerance, 1 only in invoices, 1 only in ledger, 1 whose sums \
                    differ, tolerance of amount absorbed EUR 0.07, over its cap of EUR 0.06";
    assert_eq!(reason.detail, expected);

    let listed = rows(folder.path(), &result, "exceptions");
    let found = listed.lines().map(|line| line.split('|').skip(2).collect::<Vec<_>>()).map(|cells| {
        let [class, _, key, columns, ..] = cells.as_slice() else { panic!("{cells:?}") };
        format!("{class} {key} {columns}").trim_end().to_owned()
    });
    let expected = [
        "group_mismatch company=X, invoice_no=E5",
        "group_mismatch company=X, invoice_no=E5",
        "group_mismatch company=X, invoice_no=E5",
        "only_left company=X, invoice_no=F6",
        "only_right company=X, invoice_no=F66",
        "mismatch company=Y, invoice_no=I9 due_on",
        "over_cap  amount",
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let explained = rows(folder.path(), &result, "explanations-invoices-ledger");
    let nearest = [
        "left|X|f6|nearest|company|1|X|f66|invoice_no,amount|0.01",
        "right|X|f66|nearest|company|1|X|f6|invoice_no,amount|-0.01",
    ];
    assert_eq!(explained.lines().collect::<Vec<_>>(), nearest);
    let page = fs::read_to_string(folder.path().join("store").join(report_of(&folder, &result))).unwrap();
    for said in ["Matched by sum", "Sums differ", "over the cap", "merged by normalisation", "what if", "explanations-"]
    {
        assert!(page.contains(said), "{said}");
    }
}

fn report_of(folder: &tempfile::TempDir, result: &RunResult) -> std::path::PathBuf {
    let run = run_folder(folder.path(), result.control.as_str(), "2024-01-31", "0001");
    run.join("evidence/attempt=1/report.html")
}

#[tokio::test]
async fn its_package_is_intact_and_its_bytes_depend_on_no_thread() {
    let mut bench = bench(CONTROL);
    let (_, folder) = bench.result().await;
    let verification = verify_run(&run_folder(folder.path(), "invoices", "2024-01-31", "0001")).unwrap();
    assert_eq!((verification.verdict, verification.problems), (Verdict::Intact, Vec::new()));
    bench.threads = 5;
    let (_, other) = bench.result().await;
    assert_eq!(differences(&tree(folder.path()), &tree(other.path())), Vec::<String>::new());
}

#[tokio::test]
async fn a_comparison_in_full_answers_as_one_by_fingerprints() {
    let (in_full, _folder) = bench(CONTROL).result().await;
    let (by_fingerprints, _folder) = bench(&CONTROL.replace("paranoid = true", "paranoid = false")).result().await;
    assert_eq!(only(&in_full), only(&by_fingerprints));
    let digests = |result: &RunResult| result.tables.iter().map(|table| table.digest).collect::<Vec<_>>();
    assert_eq!(digests(&in_full), digests(&by_fingerprints));
}

#[tokio::test]
async fn duplicates_are_listed_or_paired_as_declared() {
    let sum = r#"duplicates = { sum = "amount" }"#;
    let (listed, _folder) = bench(&CONTROL.replace(sum, "")).result().await;
    let comparison = only(&listed);
    assert_eq!((comparison.duplicate_keys, comparison.duplicate_rows_left, comparison.duplicate_rows_right), (2, 3, 3));
    let paired = r#"duplicates = { pair_by = ["amount"] }"#;
    let (paired, folder) = bench(&CONTROL.replace(sum, paired)).result().await;
    let comparison = only(&paired);
    let counts = [comparison.mismatch, comparison.only_left, comparison.only_right, comparison.duplicate_keys];
    assert_eq!(counts, [3, 2, 2, 0]);
    let verification = verify_run(&run_folder(folder.path(), "invoices", "2024-01-31", "0001")).unwrap();
    assert_eq!((verification.verdict, verification.problems), (Verdict::Intact, Vec::new()));
}

fn tieout(folder: &Path, verb: &[&str], definition: &str) -> Output {
    let control = folder.join("controls/invoices");
    fs::create_dir_all(control.join("sample")).unwrap();
    fs::write(control.join("control.toml"), definition).unwrap();
    fs::write(control.join("sample/invoices.csv"), INVOICES).unwrap();
    fs::write(control.join("sample/ledger.csv"), LEDGER).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(verb)
        .args(["--controls", "controls"])
        .current_dir(folder)
        .env_remove("TIEOUT_STORE")
        .output()
        .unwrap()
}

fn check(folder: &Path, definition: &str) -> Output {
    tieout(folder, &["check", "invoices"], definition)
}

#[test]
fn run_prints_the_classes_that_only_a_declaration_brings_about() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &["run", "invoices", "--cutoff-date", "2024-01-31"], CONTROL);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "ambiguous sums agree sums differ over their cap invoices-ledger 0 1 1 amount EUR 0.07";
    assert!(words.contains(said), "{said} in\n{text}");
}

#[test]
fn check_prints_what_a_comparison_declares() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(folder.path(), CONTROL);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "invoice_no=reference (trim, case, leading_zeros)",
        "amount ±0.05 ±relative 0.0001 of the larger up to 0.06 in all",
        "due_on=value_date -1/+3 days",
        "invoices-ledger duplicates sums of amount",
        "invoices-ledger what if amount ±0, 0.02, 10",
        "invoices-ledger nearest by company",
        "invoices-ledger paranoid every row is compared in full",
    ] {
        assert!(words.contains(said), "{said} in\n{text}");
    }
}

#[test]
fn check_finds_a_declaration_that_does_not_fit_and_nothing_runs() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(folder.path(), &CONTROL.replace("days = { before = 1, after = 3 }", "absolute = \"1\""));
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("'absolute' needs a numeric column, and 'due_on' is date"), "{text}");
}
