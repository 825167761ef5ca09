//! The program as people and programs use it: what it prints where, and its exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn tieout(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("TIEOUT_CONTROLS")
        .env_remove("TIEOUT_STORE")
        .env_remove("CUTOFF_DATE")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const RUN: [&str; 4] = ["run", "bank-ledger", "--cutoff-date", "2024-01-31"];

#[test]
fn the_readme_shows_what_the_demo_prints() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &[RUN.as_slice(), &["--store", "target/demo"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let printed = stdout(&output);
    assert!(readme.contains(printed.trim_matches('\n')), "the README does not show this output:\n{printed}");
}

#[test]
fn json_is_all_that_standard_output_gets() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &[RUN.as_slice(), &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&result["control"], &result["outcome"]), (&"bank-ledger".into(), &"exceptions".into()));
    for place in ["package", "report"] {
        assert!(folder.path().join(result[place].as_str().unwrap()).is_file(), "{place}");
    }
    for table in result["tables"].as_array().unwrap() {
        assert!(folder.path().join("tieout-runs").join(table["path"].as_str().unwrap()).is_file());
    }
    let again = tieout(folder.path(), &[RUN.as_slice(), &["--format", "json"]].concat());
    assert_eq!(again.stdout, output.stdout, "the committed run is the same answer");
    assert!(stderr(&again).contains("--rerun"), "{}", stderr(&again));
}

#[test]
fn every_example_of_the_help_works() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(tieout(folder.path(), &RUN).status.code(), Some(1));
    for (name, amount) in [("left.csv", "10.00"), ("right.csv", "10.10")] {
        fs::write(folder.path().join(name), format!("company,document_no,amount\n1,2,{amount}\n")).unwrap();
    }
    let helps = [
        vec!["--help"],
        vec!["run", "--help"],
        vec!["check", "--help"],
        vec!["compare", "--help"],
        vec!["verify", "--help"],
        vec!["sql", "--help"],
        vec!["diff", "--help"],
        vec!["sample", "--help"],
        vec!["open", "--help"],
        vec!["completions", "--help"],
    ];
    let mut examples = 0;
    for help in helps {
        let text = stdout(&tieout(folder.path(), &help));
        for line in text.lines().filter_map(|line| line.strip_prefix("  tieout ")) {
            let output = Command::new("sh")
                .args(["-c", &format!("{} {line}", env!("CARGO_BIN_EXE_tieout"))])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let expected = i32::from(line.starts_with("run ") || line.starts_with("compare "));
            assert_eq!(output.status.code(), Some(expected), "tieout {line}: {}", stderr(&output));
            assert!(!output.stdout.is_empty(), "tieout {line}");
            examples += 1;
        }
    }
    assert!(examples >= 15, "{examples} examples");
}

#[test]
fn what_a_control_does_is_printed_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for word in ["bank-ledger", "purchase-orders", "Comparisons", "Tie-outs", "Thresholds", "Recipients", "EUR 100.00"]
    {
        assert!(text.contains(word), "{word} in\n{text}");
    }
}

#[test]
fn every_mistake_of_a_definition_is_reported_at_once_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("controls/bank-ledger");
    fs::create_dir_all(&written).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/controls/bank-ledger");
    let definition = fs::read_to_string(shipped.join("control.toml")).unwrap();
    let broken = definition
        .replace("previous_month_end", "previous_mont_end")
        .replace("rejects_tolerated = 1", "rejects_tolerate = 1")
        .replace("right = \"ledger\"", "right = \"leger\"")
        .replace("approved_by IS NOT NULL", "aproved_by IS NOT NULL");
    fs::write(written.join("control.toml"), broken).unwrap();
    let sql = fs::read_to_string(shipped.join("large_payments.sql")).unwrap();
    fs::write(written.join("large_payments.sql"), sql.replace("FROM", "FORM")).unwrap();
    let output = tieout(folder.path(), &["check", "--controls", "controls"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    for hint in ["previous_month_end", "rejects_tolerated", "'ledger'", "large_payments.sql:"] {
        assert!(text.contains(hint), "{hint} in\n{text}");
    }
    let run = tieout(folder.path(), &["run", "bank-ledger", "--controls", "controls", "--cutoff-date", "2024-01-31"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(!folder.path().join("tieout-runs").exists(), "nothing ran");
}

#[test]
fn a_column_that_is_not_there_is_found_by_the_engine_and_placed_in_the_definition() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("controls/bank-ledger");
    fs::create_dir_all(&written).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/controls/bank-ledger");
    let definition = fs::read_to_string(shipped.join("control.toml")).unwrap();
    let broken = definition.replace("approved_by IS NOT NULL", "aproved_by IS NOT NULL");
    let line = broken.lines().position(|line| line.contains("aproved_by IS")).unwrap() + 1;
    fs::write(written.join("control.toml"), broken).unwrap();
    fs::copy(shipped.join("large_payments.sql"), written.join("large_payments.sql")).unwrap();
    let output = tieout(folder.path(), &["check", "--controls", "controls"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains(&format!("bank-ledger/control.toml:{line}:10:")), "{text}");
    assert!(text.contains("aproved_by") && text.contains("approved_by"), "{text}");
}

#[test]
fn bad_input_is_refused_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["run", "bank-leger"], "did you mean 'bank-ledger'"),
        (&["run", "bank-ledger", "--cutoff-date", "2024-1-31"], "YYYY-MM-DD"),
        (&["run", "bank-ledger", "--cutoff-date", "2024-01-31", "--param", "minimum_amout=1"], "minimum_amount"),
        (&["run", "bank-ledger", "--cutoff-date", "2024-01-31", "--param", "minimum_amount=ten"], "decimal(18,2)"),
        (&["run", "bank-ledger", "--cutoff-date", "2024-01-31", "--data", "nowhere"], "nowhere"),
        (&["verify", "nowhere.zip"], "nowhere.zip"),
    ];
    for (arguments, hint) in cases {
        let output = tieout(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(hint), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_control_without_its_data_does_not_operate() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &["run", "purchase-orders", "--cutoff-date", "2024-12-31"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).contains("NOT OPERATED"));
}

#[test]
fn without_a_cutoff_date_the_rule_of_the_control_decides() {
    let folder = tempfile::tempdir().unwrap();
    let output = tieout(folder.path(), &["run", "bank-ledger", "--format", "json"]);
    let result: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let cutoff_date: tieout_model::CutoffDate = result["cutoff_date"].as_str().unwrap().parse().unwrap();
    assert!(cutoff_date.is_month_end());
    assert_eq!(output.status.code(), Some(3), "the sample has no rows of that month, so freshness cannot hold");
}

#[test]
fn sql_answers_from_the_tables_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    tieout(folder.path(), &RUN);
    let query =
        "select class, count(*) as keys from exceptions where kind = 'comparison' group by class order by class";
    let arguments = ["sql", "bank-ledger", "--cutoff-date", "2024-01-31", query, "--format", "json"];
    let output = tieout(folder.path(), &arguments);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["columns"], serde_json::json!(["class", "keys"]));
    let expected =
        [["duplicate_key", "3"], ["mismatch", "2"], ["null_key", "1"], ["only_left", "3"], ["only_right", "2"]];
    assert_eq!(answer["rows"], serde_json::json!(expected));
}

#[test]
fn no_cell_content_reaches_standard_error_at_the_finest_log_level() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .args(RUN)
        .current_dir(folder.path())
        .env("LOG_LEVEL", "trace")
        .output()
        .unwrap();
    let text = stderr(&output);
    for content in ["18O5.20", "Demo Strom", "Musterhaus", "RE-24-0113"] {
        assert!(!text.contains(content), "{content} was logged");
    }
}

#[test]
fn a_sample_is_the_same_every_time_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sample = |out: &str, more: &[&str]| {
        let arguments = ["sample", "pg-01", "--out", out, "--rows", "400", "--companies", "GH,UG"];
        tieout(folder.path(), &[arguments.as_slice(), more].concat())
    };
    let first = sample("a", &[]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stdout(&first).contains("tieout run pg-01 --cutoff-date 2025-09-30 --data a"));
    sample("b", &[]);
    for entry in fs::read_dir(folder.path().join("a")).unwrap() {
        let path = entry.unwrap().path();
        let other = folder.path().join("b").join(path.file_name().unwrap());
        assert!(fs::read(&path).unwrap() == fs::read(other).unwrap(), "{}", path.display());
    }
    let refused = [
        (sample("a", &[]), "--out 'a' is not empty; choose another folder"),
        (sample("c", &["--defects", "fanout"]), "choose from none, usual, tie_out_over_threshold"),
        (sample("c", &["--companies", "EC_CI"]), "choose from EC_IC"),
        (sample("c", &["--cutoff-date", "2025-02-30"]), "YYYY-MM-DD"),
        (tieout(folder.path(), &["sample", "pg-02", "--out", "c"]), "choose from pg-01"),
        (tieout(folder.path(), &["sample", "pg-01", "--out", "c", "--rows", "10"]), "--rows is 10"),
    ];
    for (output, message) in refused {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    assert!(!folder.path().join("c").exists(), "a refused sample leaves nothing");
}
