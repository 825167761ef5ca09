//! What can be declared to `tieout compare` beyond a key: pairs, sums, days, candidates.

use serde_json::json;
use tieout_tables::{TableReader, cell_text};

use crate::compare_files::{compare, folder, json, names, stderr, stdout};

#[test]
fn keys_that_repeat_are_listed_paired_or_summed_as_declared() {
    let folder = folder(&[
        ("a.csv", "id,line,amount,currency\n1,1,1.00,EUR\n1,2,2.00,EUR\n2,1,5.00,EUR\n"),
        ("b.csv", "id,line,amount,currency\n1,2,2.00,EUR\n1,1,1.00,EUR\n2,1,2.00,EUR\n2,2,3.00,EUR\n"),
    ]);
    let summary = |arguments: &[&str]| {
        let files = ["a.csv", "b.csv", "--on", "id", "--format", "json"];
        let output = compare(folder.path(), &[&files[..], arguments].concat());
        (output.status.code(), json(&output))
    };
    let (code, listed) = summary(&[]);
    assert_eq!((code, &listed["duplicate_keys"]), (Some(1), &json!(2)));
    let (code, paired) = summary(&["--duplicates", "pair", "--order", "line"]);
    assert_eq!((code, &paired["matched"], &paired["mismatch"]), (Some(1), &json!(2), &json!(1)));
    assert_eq!(paired["only_right"], json!(1));
    let sums = ["--duplicates", "sum", "--sum", "amount", "--currency", "currency"];
    let (code, summed) = summary(&sums);
    assert_eq!((code, &summed["group_matched_keys"]), (Some(0), &json!(2)), "{summed}");
}

#[test]
fn dates_are_tolerated_by_days_earlier_and_later_and_timestamps_by_their_day() {
    let folder = folder(&[
        ("a.csv", "id,booked\n1,2024-01-10\n2,2024-01-10\n3,2024-01-10\n"),
        ("b.csv", "id,booked\n1,2024-01-09\n2,2024-01-13\n3,2024-01-14\n"),
        ("c.csv", "id,booked\n1,2024-01-10 08:00:00\n2,2024-01-10 23:59:59\n3,2024-01-10 00:00:00\n"),
    ]);
    let summary = |right: &str, arguments: &[&str]| {
        let files = ["a.csv", right, "--on", "id", "--format", "json"];
        json(&compare(folder.path(), &[&files[..], arguments].concat()))
    };
    let days = summary("b.csv", &["--days-tol", "booked=-1/+3"]);
    assert_eq!((&days["within_tolerance"], &days["mismatch"]), (&json!(2), &json!(1)));
    let moments = summary("c.csv", &[]);
    assert_eq!((&moments["matched"], &moments["mismatch"]), (&json!(1), &json!(2)), "dates are read as midnight");
    let normalised = summary("c.csv", &["--normalise", "booked=date"]);
    assert_eq!(normalised["matched"], json!(3), "{normalised}");
}

#[test]
fn what_normalisation_merged_is_reported() {
    let folder = folder(&[("a.csv", "id,amount\n Ab ,1\nCD,2\ne,3\n"), ("b.csv", "id,amount\nAB,1\ncd,2\ne,3\n")]);
    let arguments = ["a.csv", "b.csv", "--on", "id", "--normalise", "id=trim+case"];
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("Merged by normalisation"), "{}", stdout(&output));
    let summary = json(&compare(folder.path(), &[&arguments[..], &["--format", "json"]].concat()));
    assert_eq!((&summary["matched"], &summary["keys_merged"]), (&json!(3), &json!(2)));
}

#[test]
fn the_nearest_candidates_of_unmatched_rows_are_written_where_keys_are_relaxed() {
    let folder = folder(&[
        ("a.csv", "company,document,line,amount\nX,10,1,5.00\nX,11,1,7.00\nY,20,1,9.00\n"),
        ("b.csv", "company,document,line,amount\nX,10,2,5.00\nX,12,1,7.00\nZ,20,1,9.00\n"),
    ]);
    let arguments = [
        "a.csv",
        "b.csv",
        "--on",
        "company,document,line",
        "--output",
        "out",
        "--abs-tol",
        "amount=0.01",
        "--relax",
        "company,document",
        "--relax",
        "company",
    ];
    let output = compare(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let expected = ["exceptions.parquet", "explanations.parquet", "summary.json"];
    assert_eq!(names(&folder.path().join("out")), expected);
    assert!(stdout(&output).contains("Candidates for rows on one side only"), "{}", stdout(&output));
    let reader = TableReader::open(&folder.path().join("out/explanations.parquet")).unwrap();
    let mut lines = Vec::new();
    for batch in reader.map(Result::unwrap) {
        for row in 0..batch.num_rows() {
            let cell =
                |name: &str| cell_text(batch.column_by_name(name).unwrap(), row).unwrap().unwrap_or("~".to_owned());
            lines
                .push(["side", "document", "found", "relaxed", "candidate_document", "differs_in"].map(cell).join(" "));
        }
    }
    assert_eq!(
        lines,
        [
            "left 10 nearest company,document 10 line",
            "left 11 nearest company 12 document",
            "left 20 none ~ ~ ~",
            "right 10 nearest company,document 10 line",
            "right 12 nearest company 11 document",
            "right 20 none ~ ~ ~",
        ]
    );
}
