//! The page as a whole: what it shows for each outcome, that it is self-contained, and that outside text is inert.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod sample;

use sample::{Sample, details, exceptions, table};
use tieout_model::{ClassCount, ComparisonClass, Side};
use tieout_report::{ExceptionKind, ROWS_IN_REPORT, ReportError, render_html};

fn snapshot(name: &str, page: &str) {
    // The style sheet is a file of its own; the snapshot shows what is made from the result.
    insta::with_settings!({filters => vec![(r"(?s)<style>.*</style>", "<style>style.css</style>")], omit_expression => true}, {
        insta::assert_snapshot!(name, page);
    });
}

#[test]
fn the_page_of_each_outcome() {
    for name in ["clean", "exceptions", "not_operated"] {
        let mut sample = Sample::of(name);
        if name == "exceptions" {
            sample.exceptions = exceptions();
        }
        let page = render_html(&sample.input()).unwrap();
        assert_eq!(page, render_html(&sample.input()).unwrap(), "the same input gives the same bytes");
        snapshot(name, &page);
    }
}

#[test]
fn what_a_comparison_declares_is_shown_where_its_classes_are() {
    let mut sample = Sample::of("exceptions");
    let comparison = &mut sample.result.comparisons[0];
    comparison.details = details();
    let declared =
        [(ComparisonClass::Ambiguous, 2), (ComparisonClass::GroupMatched, 5), (ComparisonClass::GroupMismatch, 3)];
    for (class, rows) in declared {
        comparison.classes.push(ClassCount { side: Side::Left, class, rows });
        comparison.classes.push(ClassCount { side: Side::Right, class, rows: 2 });
    }
    let page = render_html(&sample.input()).unwrap();
    let section = page.split("<section").find(|section| section.contains("<h2>Comparisons</h2>")).unwrap();
    snapshot("comparison_details", section);
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let mut sample = Sample::of("exceptions");
    sample.exceptions = exceptions();
    let page = render_html(&sample.input()).unwrap();
    for outside in ["<script", "<link", "<img", "<iframe", "@import", "url(", "http:", "https:", "src=", "href="] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn outside_text_cannot_become_markup_or_act_unseen() {
    let hostile = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>\u{202E}\u{0}";
    let mut sample = Sample::of("hostile");
    sample.description = hostile.to_owned();
    sample.owner = hostile.to_owned();
    let columns = [(hostile, "text"), ("amount", "decimal(18,2)"), ("entry", "integer")];
    let row: [&str; 3] = [hostile, hostile, hostile];
    sample.exceptions = vec![table(hostile, hostile, ExceptionKind::Comparison, &columns, &[&row])];
    let page = render_html(&sample.input()).unwrap();
    for markup in ["<script", "<img", "</script", "\"><img", "</td></table>"] {
        assert!(!page.contains(markup), "{markup}");
    }
    assert!(page.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(!page.contains('\u{202E}'));
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "shown as it is written");
    assert!(page.contains("[U+202E]"));
    snapshot("hostile", &page);
}

#[test]
fn rows_that_are_left_out_are_counted_on_the_page() {
    let mut sample = Sample::of("exceptions");
    let rows: Vec<Vec<Option<String>>> = (0..600).map(|row| vec![Some(format!("row-{row}"))]).collect();
    let mut long = table("orders", "Orders.", ExceptionKind::Assertion, &[("order", "text")], &[]);
    (long.rows, long.total_rows) = (rows, 12_345);
    sample.exceptions = vec![long];
    let page = render_html(&sample.input()).unwrap();
    assert!(page.contains("The first 500 of 12,345 rows; all of them are in exceptions.csv."));
    assert_eq!(page.matches("row-").count(), ROWS_IN_REPORT);
}

#[test]
fn a_row_that_does_not_fit_its_columns_is_refused() {
    let mut sample = Sample::of("exceptions");
    let columns = [("a", "text"), ("b", "text")];
    sample.exceptions = vec![table("orders", "Orders.", ExceptionKind::Assertion, &columns, &[&["only one"]])];
    let refused = render_html(&sample.input());
    assert!(matches!(refused, Err(ReportError::Ragged { columns: 2, cells: 1, .. })));
}

#[test]
fn a_data_set_without_a_test_is_named_at_the_top() {
    let page = render_html(&Sample::of("exceptions").input()).unwrap();
    let top = page.split("<main>").next().unwrap();
    assert!(top.contains("NOT RUN: no test shows that the rows are complete in ledger."));
}
