//! A control whose comparison declares everything that there is to declare.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Invoices against a ledger that writes the same numbers in another way.
const CONTROL: &str = include_str!("comparisons.toml");

fn check(folder: &Path, definition: &str) -> Output {
    let control = folder.join("controls/invoices");
    fs::create_dir_all(&control).unwrap();
    fs::write(control.join("control.toml"), definition).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(["check", "invoices", "--controls", "controls"])
        .current_dir(folder)
        .output()
        .unwrap()
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
        "amount ±0.05 ±relative 0.001 of the larger up to 0.06 in all",
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
