//! `tieout compare` over files of every kind: what it answers, where it writes, how it exits.

use std::fs;

use serde_json::json;
use tieout_tables::{TableReader, cell_text};

use crate::compare_files::{compare, every_kind, folder, json, names, stderr, stdout};

const ON: [&str; 4] = ["--on", "id", "--abs-tol", "amount=0.05"];

#[test]
fn every_row_is_counted_in_its_class() {
    let folder = every_kind();
    let arguments = ["left.csv", "right.csv", "--sum-diff", "amount", "--by", "paid", "--format", "json"];
    let output = compare(folder.path(), &[&arguments[..], &ON].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let summary = json(&output);
    for (key, expected) in [
        ("matched", json!(2)),
        ("within_tolerance", json!(1)),
        ("mismatch", json!(1)),
        ("mismatch_by_column", json!({ "amount": 1, "paid": 1 })),
        ("only_left", json!(1)),
        ("only_right", json!(1)),
        ("duplicate_keys", json!(1)),
        ("duplicate_rows_left", json!(2)),
        ("duplicate_rows_right", json!(1)),
        ("rows_left", json!(7)),
        ("rows_right", json!(6)),
        ("equal", json!(false)),
        ("amount_diff", json!([["false", "41.00"], ["true", "-39.95"]])),
        ("warnings", json!([])),
    ] {
        assert_eq!(summary[key], expected, "{key}");
    }
}

#[test]
fn the_same_rows_in_any_kind_of_file_give_the_same_answer() {
    let folder = every_kind();
    let kinds = ["csv", "parquet", "xlsx", "jsonl"];
    let mut answers = Vec::new();
    for (left, right) in kinds.iter().flat_map(|left| kinds.map(|right| (left, right))) {
        let target = format!("{left}-{right}");
        let files = [format!("left.{left}"), format!("right.{right}")];
        let arguments = [files[0].as_str(), files[1].as_str(), "--output", target.as_str()];
        let output = compare(folder.path(), &[&arguments[..], &ON].concat());
        assert_eq!(output.status.code(), Some(1), "{target}: {}", stderr(&output));
        let summary = fs::read_to_string(folder.path().join(&target).join("summary.json")).unwrap();
        answers.push((target, summary));
    }
    let (_, first) = answers[0].clone();
    for (name, answer) in answers {
        assert_eq!(answer, first, "{name}");
    }
}

#[test]
fn compressed_text_is_read_by_the_end_of_its_name() {
    let folder = every_kind();
    let plain = compare(folder.path(), &[&["left.csv", "right.csv", "--format", "json"][..], &ON].concat());
    let text = fs::read(folder.path().join("left.csv")).unwrap();
    fs::write(folder.path().join("left.csv.zst"), zstd::encode_all(text.as_slice(), 1).unwrap()).unwrap();
    let packed = compare(folder.path(), &[&["left.csv.zst", "right.csv", "--format", "json"][..], &ON].concat());
    assert_eq!(stdout(&packed), stdout(&plain), "{}", stderr(&packed));
}

#[test]
fn exceptions_stand_in_their_file_with_both_sides() {
    let folder = every_kind();
    let output = compare(folder.path(), &[&["left.csv", "right.parquet", "--output", "out"][..], &ON].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(names(&folder.path().join("out")), ["exceptions.parquet", "summary.json"]);
    let reader = TableReader::open(&folder.path().join("out/exceptions.parquet")).unwrap();
    let columns: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(&columns[..3], ["class", "id", "left_code"]);
    assert_eq!(columns.last().map(String::as_str), Some("diff_columns"));
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        for row in 0..batch.num_rows() {
            let cell = |name: &str| cell_text(batch.column_by_name(name).unwrap(), row).unwrap();
            let cells = ["class", "id", "left_amount", "right_amount", "diff_columns"].map(cell);
            rows.push(cells.map(|cell| cell.unwrap_or("~".to_owned())).join(" "));
        }
    }
    rows.sort();
    assert_eq!(
        rows,
        [
            "duplicate_key 7 70.00 ~ ",
            "duplicate_key 7 70.00 ~ ",
            "duplicate_key 7 ~ 70.00 ",
            "mismatch 4 40.00 41.00 amount,paid",
            "only_left 5 -50.05 ~ ",
            "only_right 6 ~ 60.00 ",
            "within_tolerance 3 30.00 30.05 amount",
        ]
    );
}

#[test]
fn the_answer_for_people_is_clear() {
    let folder = every_kind();
    let arguments = [
        "left.csv",
        "right.parquet",
        "--output",
        "out",
        "--sum-diff",
        "amount",
        "--by",
        "code",
        "--what-if",
        "amount=0,0.05,1",
        "--cap",
        "amount=0.01",
    ];
    let output = compare(folder.path(), &[&arguments[..], &ON].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    insta::assert_snapshot!("compare", stdout(&output));
}

#[test]
fn equal_files_exit_with_0_and_differences_with_1() {
    let folder = folder(&[
        ("a.csv", "id,amount\n1,2.50\n2,3\n"),
        ("b.csv", "id,amount\n2,3.00\n1,2.5\n"),
        ("c.csv", "id,amount\n2,3.00\n1,2.6\n"),
    ]);
    let codes = |arguments: &[&str]| {
        let output = compare(folder.path(), &[&["a.csv"][..], arguments, &["--on", "id"]].concat());
        (output.status.code(), stderr(&output))
    };
    assert_eq!(codes(&["b.csv"]), (Some(0), String::new()));
    assert_eq!(codes(&["c.csv"]), (Some(1), String::new()));
    assert_eq!(codes(&["c.csv", "--abs-tol", "amount=0.1"]), (Some(0), String::new()));
    assert_eq!(codes(&["c.csv", "--abs-tol", "amount=0.1", "--cap", "amount=0.09"]), (Some(1), String::new()));
    assert_eq!(codes(&["c.csv", "--abs-tol", "amount=0.1", "--cap", "amount=0.10"]), (Some(0), String::new()));
    assert_eq!(codes(&["c.csv", "--ignore", "amount"]), (Some(0), String::new()));
}

#[test]
fn an_empty_side_is_a_warning_and_a_full_report() {
    let folder = folder(&[("a.csv", "id,amount\n1,2.50\n"), ("b.csv", "id,amount\n"), ("c.jsonl", "")]);
    for right in ["b.csv", "c.jsonl"] {
        let output = compare(folder.path(), &["a.csv", right, "--on", "id", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let summary = json(&output);
        assert_eq!((&summary["only_left"], &summary["rows_right"]), (&json!(1), &json!(0)));
        assert_eq!(summary["warnings"], json!(["the right side has no rows"]));
    }
    let output = compare(folder.path(), &["b.csv", "b.csv", "--on", "id"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("Warning: the left side has no rows"), "{}", stdout(&output));
}

#[test]
fn leading_zeros_keep_a_column_text() {
    let folder = folder(&[("a.csv", "id,code\n1,0012\n"), ("b.csv", "id,code\n1,12\n")]);
    let codes = |arguments: &[&str]| {
        compare(folder.path(), &[&["a.csv", "b.csv", "--on", "id"][..], arguments].concat()).status.code()
    };
    assert_eq!(codes(&[]), Some(1));
    assert_eq!(codes(&["--normalise", "code=leading_zeros"]), Some(0));
    assert_eq!(codes(&["--type", "code=integer"]), Some(0));
}

#[test]
fn numbers_compare_by_value_whatever_room_a_column_has() {
    let folder = every_kind();
    let text = fs::read_to_string(folder.path().join("right.csv")).unwrap();
    fs::write(folder.path().join("fine.csv"), text.replace("41.00", "41.0001").replace("20.00", "20")).unwrap();
    let arguments = [&["left.parquet", "fine.csv", "--format", "json"][..], &ON].concat();
    let output = compare(folder.path(), &arguments);
    let summary = json(&output);
    assert_eq!((&summary["matched"], &summary["mismatch"]), (&json!(2), &json!(1)), "{}", stderr(&output));
    let note = json!([{ "column": "amount", "left": "decimal(18,2)", "right": "decimal(6,4)" }]);
    assert_eq!(summary["type_differences"], note);
}

#[test]
fn columns_of_two_names_are_paired_as_it_is_said() {
    let folder = folder(&[("a.csv", "id,amount,own\n1,2.50,x\n"), ("b.csv", "nr,betrag,eigen\n1,2.50,y\n")]);
    let arguments = ["a.csv", "b.csv", "--on", "id=nr", "--map", "amount=betrag", "--ignore", "own,eigen"];
    assert_eq!(compare(folder.path(), &arguments).status.code(), Some(0));
    let arguments = ["a.csv", "b.csv", "--on", "id=nr", "--map", "amount=betrag", "--columns", "amount"];
    assert_eq!(compare(folder.path(), &arguments).status.code(), Some(0));
    let arguments = ["a.csv", "b.csv", "--on", "id=nr", "--map", "amount=betrag,own=eigen", "--format", "json"];
    assert_eq!(json(&compare(folder.path(), &arguments))["mismatch_by_column"], json!({ "own": 1 }));
}

#[test]
fn an_answer_is_the_same_whatever_the_machine_is_allowed() {
    let folder = every_kind();
    let mut answers = Vec::new();
    for (name, machine) in [
        ("plain", &["--threads", "1"][..]),
        ("threads", &["--threads", "3", "--scratch", "."]),
        ("paranoid", &["--paranoid"]),
    ] {
        let arguments = [&["left.csv", "right.xlsx", "--output", name][..], &ON, machine].concat();
        let output = compare(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let file = |file: &str| fs::read(folder.path().join(name).join(file)).unwrap();
        answers.push((file("summary.json"), file("exceptions.parquet")));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(!names(folder.path()).iter().any(|name| name.starts_with("tieout-")), "scratch is cleared away");
}
