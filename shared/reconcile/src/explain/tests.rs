//! Explanations against a naive search of every row through every other, with limits so small that they are met.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Decimal128Array, Int64Array, StringArray};
use proptest::prelude::*;
use tieout_tables::cell_text;

use super::*;

/// Company, document, line, amount in ten-thousandths (whole hundreds on the left), note.
type Row = (Option<&'static str>, Option<&'static str>, Option<i64>, Option<i128>, Option<&'static str>);

/// The sides of rows: false for left.
type Rows = Vec<(bool, Row)>;

fn rows() -> impl Strategy<Value = Rows> {
    let text = |texts: &'static [Option<&'static str>]| prop::sample::select(texts);
    let amount = prop_oneof![1 => Just(None), 5 => (-3_i128..4).prop_map(|cents| Some(cents * 100))];
    let row = (
        any::<bool>(),
        text(&[Some("A"), Some("A"), Some("B"), None]),
        text(&[Some("d1"), Some("d2"), Some("d3"), None]),
        prop_oneof![1 => Just(None), 9 => (1_i64..4).prop_map(Some)],
        amount,
        text(&[Some("n"), Some("n"), Some("m"), None]),
        any::<bool>(),
    );
    let row = row.prop_map(|(right, company, document, line, amount, note, finer)| {
        let amount = amount.map(|amount| if finer && right { amount + 1 } else { amount });
        (right, (company, document, line, amount, note))
    });
    prop::collection::vec(row, 0..24)
}

fn names(name: &str) -> ColumnNames {
    ColumnNames { left: name.into(), right: name.into() }
}

fn spec(relax: &[&str], with_amount: bool) -> ExplainSpec {
    let texts = |names: &str| names.split(',').map(str::to_owned).collect::<Vec<_>>();
    ExplainSpec {
        key: texts("company,document,line"),
        compared: vec![names("amount"), names("note")],
        relax: relax.iter().map(|columns| texts(columns)).collect(),
        amount: with_amount.then(|| names("amount")),
    }
}

/// The exceptions table of these rows, with a mismatch before every row.
fn exceptions(rows: &[(bool, Row)]) -> RecordBatch {
    let rows: Vec<(&str, bool, Row)> = rows
        .iter()
        .flat_map(|(right, row)| {
            [("mismatch", false, *row), (if *right { "only_right" } else { "only_left" }, *right, *row)]
        })
        .collect();
    let amounts = |side: bool, down: i128, scale: i8| {
        let amounts: Decimal128Array =
            rows.iter().map(|(_, right, row)| row.3.filter(|_| *right == side).map(|amount| amount / down)).collect();
        Arc::new(amounts.with_precision_and_scale(18, scale).unwrap())
    };
    let notes = |side: bool| {
        let notes = rows.iter().map(|(_, right, row)| row.4.filter(|_| *right == side));
        Arc::new(notes.collect::<StringArray>())
    };
    RecordBatch::try_from_iter_with_nullable([
        ("class", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>()) as _, true),
        ("company", Arc::new(rows.iter().map(|row| row.2.0).collect::<StringArray>()) as _, true),
        ("document", Arc::new(rows.iter().map(|row| row.2.1).collect::<StringArray>()) as _, true),
        ("line", Arc::new(rows.iter().map(|row| row.2.2).collect::<Int64Array>()) as _, true),
        ("left_amount", amounts(false, 100, 2) as _, true),
        ("left_note", notes(false) as _, true),
        ("right_amount", amounts(true, 1, 4) as _, true),
        ("right_note", notes(true) as _, true),
        ("diff_columns", Arc::new(StringArray::from(vec![None::<&str>; rows.len()])) as _, true),
    ])
    .unwrap()
}

/// The explanations of a table, a line as its cells.
fn explained(rows: &[(bool, Row)], spec: &ExplainSpec, limits: Limits, size: usize) -> (Explained, Vec<String>) {
    // What fits in memory needs no folder.
    let (table, scratch) = (exceptions(rows), Path::new("/nonexistent/scratch"));
    let mut explainer = Explainer::with_limits(spec, &table.schema(), scratch, limits).unwrap();
    for start in (0..table.num_rows()).step_by(size) {
        explainer.push(&table.slice(start, size.min(table.num_rows() - start))).unwrap();
    }
    let (mut lines, schema) = (Vec::new(), explanations_schema(spec, &table.schema()).unwrap());
    let counts = explainer.finish(&mut |batch| {
        assert_eq!(batch.schema(), schema);
        let cell = |column, row| cell_text(batch.column(column), row).unwrap().unwrap_or("-".into());
        let line = |row| (0..batch.num_columns()).map(|column| cell(column, row)).collect::<Vec<_>>().join(" ");
        lines.extend((0..batch.num_rows()).map(line));
        Ok(())
    });
    (counts.unwrap(), lines)
}

/// Whether two rows agree in a column of the key.
fn agrees(column: &str, one: &Row, other: &Row) -> bool {
    match column {
        "company" => one.0.is_some() && one.0 == other.0,
        "document" => one.1.is_some() && one.1 == other.1,
        _ => one.2.is_some() && one.2 == other.2,
    }
}

fn differing(one: &Row, other: &Row) -> Vec<&'static str> {
    let key = ["company", "document", "line"].into_iter().filter(|column| !agrees(column, one, other));
    let amount = (one.3 != other.3).then_some("amount");
    key.chain(amount).chain((one.4 != other.4).then_some("note")).collect()
}

/// What a search of every row through every other says. Rows that are alike in everything cannot be told apart: all
/// their first candidates come first, then all their second ones.
fn naive(rows: &[(bool, Row)], spec: &ExplainSpec, limits: Limits) -> Vec<String> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let agree = |set: usize, one: &Row, other: &Row| spec.relax[set].iter().all(|column| agrees(column, one, other));
    let others = |set: usize, row: &(bool, Row)| -> Vec<Row> {
        rows.iter().filter(|other| other.0 != row.0 && agree(set, &row.1, &other.1)).map(|other| other.1).collect()
    };
    let first_set = |row: &(bool, Row)| (0..spec.relax.len()).find(|set| !others(*set, row).is_empty());
    let mut lines = Vec::new();
    for row in &rows {
        let text = |row: &Row| {
            let line = row.2.map_or("-".to_owned(), |line| line.to_string());
            format!("{} {} {line}", row.0.unwrap_or("-"), row.1.unwrap_or("-"))
        };
        let start = format!("{} {}", if row.0 { "right" } else { "left" }, text(&row.1));
        let Some(set) = first_set(row) else {
            lines.push((row, 0, format!("{start} none - 0 - - - - -")));
            continue;
        };
        let candidates = others(set, row);
        let group: Vec<_> = rows.iter().filter(|other| agree(set, &row.1, &other.1)).collect();
        let asks = |row: &(bool, Row)| first_set(row) == Some(set);
        let pairs = group.iter().flat_map(|one| group.iter().map(move |other| (one, other)));
        let pairs = pairs.filter(|(one, other)| !one.0 && other.0 && (asks(one) || asks(other))).count();
        let relaxed = spec.relax[set].join(",");
        if pairs as u64 > limits.pairs {
            lines.push((row, 0, format!("{start} too_many {relaxed} {} - - - - -", candidates.len())));
            continue;
        }
        let distance = |other: &Row| {
            let gap = row.1.3.zip(other.3).filter(|_| spec.amount.is_some()).map(|(one, other)| (one - other).abs());
            (differing(&row.1, other).len(), gap.is_none(), gap)
        };
        let least = candidates.iter().map(distance).min().unwrap();
        let nearest: Vec<_> = candidates.iter().filter(|other| distance(other) == least).collect();
        let found = if nearest.len() == 1 { "nearest" } else { "ambiguous" };
        for (ordinal, other) in nearest.iter().take(limits.listed).enumerate() {
            let difference = row.1.3.zip(other.3).filter(|_| spec.amount.is_some());
            let difference = difference
                .map_or("-".to_owned(), |(one, other)| tieout_model::Decimal::new(other - one, 4).unwrap().to_string());
            let (count, candidate, names) = (nearest.len(), text(other), differing(&row.1, other).join(","));
            let line = format!("{start} {found} {relaxed} {count} {candidate} {names} {difference}");
            lines.push((row, ordinal, line));
        }
    }
    lines.sort_by_key(|(row, ordinal, _)| (*row, *ordinal));
    lines.into_iter().map(|(.., line)| line).collect()
}

const SETS: [&[&str]; 5] = [
    &["company,document"],
    &["document,line", "company,document", "company"],
    &["company", "line"],
    &["line,document,company", "document"],
    &["company,document,line", "company,document", "company,line", "document", "company"],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn explanations_agree_with_a_naive_search(
        rows in rows(), relax in prop::sample::select(&SETS[..]), with_amount in any::<bool>(), size in 1_usize..9,
        pairs in prop::sample::select(&[0_u64, 1, 2, 3, 5, 8, 100_000][..]), listed in 1_usize..4,
    ) {
        let (spec, limits) = (spec(relax, with_amount), Limits { pairs, listed });
        let (counts, lines) = explained(&rows, &spec, limits, size);
        let expected = naive(&rows, &spec, limits);
        prop_assert_eq!(&lines, &expected);

        let mut turned = rows.clone();
        turned.reverse();
        turned.rotate_left(rows.len() / 3);
        let again = explained(&turned, &spec, limits, 100);
        prop_assert_eq!((&counts, &lines), (&again.0, &again.1));

        let total = |found: FoundCounts| found.nearest + found.ambiguous + found.none + found.too_many;
        prop_assert_eq!(total(counts.left) + total(counts.right), rows.len() as u64);
        let answered: u64 = counts.relaxed.iter().map(|relaxed| total(relaxed.found)).sum();
        prop_assert_eq!(answered + counts.left.none + counts.right.none, rows.len() as u64);
        let none = expected.iter().filter(|line| line.contains(" none ")).count();
        prop_assert_eq!(counts.left.none + counts.right.none, none as u64);
    }
}

#[test]
fn no_rows_need_no_explanation() {
    let (counts, lines) = explained(&[], &spec(SETS[0], true), LIMITS, 1);
    assert_eq!((counts.left, counts.right, lines.len()), (FoundCounts::default(), FoundCounts::default(), 0));
    assert_eq!(counts.relaxed[0].columns, ["company", "document"]);
}

/// A row of company A with its own document.
fn many(rows: usize, right: bool) -> impl Iterator<Item = (bool, Row)> {
    (0_i64..).take(rows).map(move |line| (right, (Some("A"), None, Some(line), Some(100), Some("n"))))
}

#[test]
fn a_group_of_many_batches_is_judged_or_said_to_be_too_large() {
    for (left, right, answer) in [(11_000, 9, "nearest"), (20_000, 6, "too_many")] {
        // The group begins in the middle of a batch that is not the first.
        let before = (0_i64..9_000).map(|line| (false, (Some("0"), None, Some(line), None, None)));
        let rows: Rows = before.chain(many(left, false)).chain(many(right, true)).collect();
        let (counts, lines) = explained(&rows, &spec(&["company"], true), LIMITS, 5_000);
        let of_left = BTreeMap::from([("nearest", counts.left.nearest), ("too_many", counts.left.too_many)]);
        let expected = if answer == "nearest" { right } else { left };
        assert_eq!(of_left[answer], expected as u64, "{counts:?}");
        let last = lines.last().unwrap();
        assert!(last.starts_with(&format!("right A - {} {answer} company ", right - 1)), "{last}");
    }
}

#[test]
fn a_group_without_another_side_waits_for_the_next_key() {
    let mut rows: Rows = many(30, false).collect();
    rows.push((true, (Some("B"), Some("d"), Some(7), Some(100), Some("n"))));
    let limits = Limits { pairs: 31, listed: 1 };
    let (counts, lines) = explained(&rows, &spec(&["company", "line"], true), limits, 8);
    assert_eq!((counts.left.none, counts.left.nearest, counts.right.nearest), (29, 1, 1));
    assert_eq!(lines[7], "left A - 7 nearest line 1 B d 7 company,document 0.0000");
}
