//! Property tests: comparisons and tie-outs against the naive oracle, over random small tables with duplicates, nulls,
//! tolerances, normalisation, mixed types and batches of any size; and footing, which always holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "oracle/setting.rs"]
mod setting;
#[path = "oracle/tables.rs"]
mod tables;

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use tieout_model::{
    AmountColumn, ComparisonClass, ComparisonResult, Currency, CurrencyOf, DataSetKind, DataSetResult, Decimal, Digest,
    NormalisationStep, Rejected, Side, Tolerance, foot_comparison,
};
use tieout_reconcile::{ComparisonPlan, SideSchema, SideTotals, resolve, tie_out};
use tieout_tables::{TableError, Totals, cell_text};
use tieout_testkit::{
    OracleCell, OracleDuplicates, OracleFigures, OracleFinding, OraclePair, compare_naively, tie_out_naively,
};

use setting::{Doubles, Setting, settings};
use tables::{Form, Row, rows};

fn amount_column() -> AmountColumn {
    AmountColumn { column: "amount".into(), currency: CurrencyOf::Column("currency".into()) }
}

fn side(name: &str, table: &RecordBatch) -> SideSchema {
    SideSchema { name: name.into(), schema: table.schema(), amounts: vec![amount_column()] }
}

/// The rows of a table in batches of at most `size` rows, with an empty one in front.
fn batches(table: &RecordBatch, size: usize) -> impl Iterator<Item = Result<RecordBatch, TableError>> {
    let pieces: Vec<_> = (0..table.num_rows())
        .step_by(size)
        .map(|start| Ok(table.slice(start, size.min(table.num_rows() - start))))
        .collect();
    std::iter::once(Ok(table.slice(0, 0))).chain(pieces)
}

fn run(
    (left, right): (&RecordBatch, &RecordBatch),
    (left_size, right_size): (usize, usize),
    setting: &Setting,
) -> (ComparisonResult, RecordBatch) {
    let plan = ComparisonPlan::new(setting.spec(), side("left", left), side("right", right)).unwrap();
    let mut found = Vec::new();
    let (lefts, rights) = (batches(left, left_size), batches(right, right_size));
    let result = resolve(&plan, lefts, rights, &std::env::temp_dir(), &mut |batch| {
        found.push(batch);
        Ok(())
    });
    (result.unwrap(), concat_batches(&plan.exceptions_schema(), &found).unwrap())
}

/// A comparison by number and part, exactly but for what is tolerated.
fn plain(amount: Tolerance, duplicates: Doubles) -> Setting {
    let columns = vec![("amount", amount, vec![]), ("note", Tolerance::default(), vec![])];
    Setting { key: vec![("nr", vec![]), ("part", vec![])], columns, duplicates }
}

/// A row of the exceptions table: class, places of the rows, names of the differing columns.
type Listed = (String, Option<usize>, Option<usize>, Option<String>);

/// Reads the exceptions table back.
fn listed(table: &RecordBatch) -> Vec<Listed> {
    let text = |name: &str, row| cell_text(table.column_by_name(name).unwrap(), row).unwrap();
    let place = |name: &str, row: usize| {
        let places = table.column_by_name(name).unwrap().as_primitive::<Int64Type>();
        places.is_valid(row).then(|| usize::try_from(places.value(row)).unwrap())
    };
    let line = |row| {
        (text("class", row).unwrap(), place("left_place", row), place("right_place", row), text("diff_columns", row))
    };
    (0..table.num_rows()).map(line).collect()
}

type Cells = Vec<Vec<OracleCell>>;

/// What the oracle expects in the exceptions table, in order: key; pairs, left, right; declared order; all cells.
fn expected(setting: &Setting, findings: &[OracleFinding], left: &Cells, right: &Cells) -> Vec<Listed> {
    let comparison = setting.oracle();
    let mut rows: Vec<&OracleFinding> =
        findings.iter().filter(|finding| finding.class != ComparisonClass::Matched).collect();
    rows.sort_by_key(|finding| {
        let cells = finding.left.map_or_else(|| &right[finding.right.unwrap()], |row| &left[row]);
        let forms = |pairs: &[OraclePair]| -> Vec<OracleCell> {
            pairs.iter().map(|pair| cells[pair.left].form(&pair.steps)).collect()
        };
        let rank = (finding.left.is_none(), finding.right.is_some());
        let rank = [(false, true), (false, false), (true, true)].iter().position(|found| *found == rank);
        let order = if let OracleDuplicates::Pair(order) = &comparison.duplicates { forms(order) } else { vec![] };
        (forms(&comparison.key), rank, order, cells.clone())
    });
    let line = |finding: &OracleFinding| {
        let differing: Vec<&str> = finding.differing.iter().map(|&column| setting.columns[column].0).collect();
        let paired = finding.left.is_some() && finding.right.is_some();
        (finding.class.as_str().to_owned(), finding.left, finding.right, paired.then(|| differing.join(",")))
    };
    rows.into_iter().map(line).collect()
}

/// Rows and amounts by side and class.
type Figures = BTreeMap<(Side, ComparisonClass), (u64, BTreeMap<Currency, Decimal>)>;

fn expected_classes(findings: &[OracleFinding], left: &Cells, right: &Cells) -> Figures {
    let mut figures = Figures::new();
    let rows = findings.iter().flat_map(|finding| {
        let of = |side, rows: &Cells, at: Option<usize>| at.map(|at| (side, finding.class, rows[at].clone()));
        [of(Side::Left, left, finding.left), of(Side::Right, right, finding.right)]
    });
    for (side, class, cells) in rows.flatten() {
        let figure = figures.entry((side, class)).or_default();
        figure.0 += 1;
        if let (OracleCell::Number(amount), OracleCell::Text(currency)) = (&cells[2], &cells[4]) {
            let sum = figure.1.entry(currency.parse().unwrap()).or_default();
            *sum = sum.checked_add(*amount).unwrap();
        }
    }
    figures
}

fn found_classes(result: &ComparisonResult) -> Figures {
    let mut figures = Figures::new();
    for count in result.classes.iter().filter(|count| count.rows > 0) {
        figures.entry((count.side, count.class)).or_default().0 = count.rows;
    }
    for part in &result.amounts {
        figures.entry((part.side, part.class)).or_default().1.insert(part.currency.clone(), part.amount);
    }
    figures
}

/// The figures of a result as the oracle has them.
fn found_figures(setting: &Setting, result: &ComparisonResult) -> OracleFigures {
    let details = &result.details;
    let place = |name: &str| setting.columns.iter().position(|(column, ..)| *column == name).unwrap();
    let in_key = |name: &str| setting.key.iter().position(|(column, _)| *column == name).unwrap();
    let code = |currency: &Option<Currency>| currency.as_ref().map(ToString::to_string);
    let mut tried = details.what_if.iter().map(|what_if| {
        let amounts = what_if.amounts.iter().map(|part| (code(&part.currency), part.amount));
        (what_if.keys, amounts.collect::<BTreeMap<_, _>>())
    });
    let what_if = setting.oracle().what_if;
    let normalised = details.normalised.iter().map(|column| (in_key(&column.column), column.keys_merged));
    let absorbed = details.absorbed.iter().map(|part| {
        assert_eq!(part.cap, setting.columns[place(&part.column)].1.cap);
        assert_eq!(part.over_cap, part.cap.is_some_and(|cap| part.total > cap));
        ((place(&part.column), code(&part.currency)), (part.keys, part.total))
    });
    OracleFigures {
        ambiguous_keys: details.ambiguous_keys,
        group_matched_keys: details.group_matched_keys,
        group_mismatch_keys: details.group_mismatch_keys,
        duplicate_keys: result.duplicate_keys,
        keys_merged: details.keys_merged,
        merged_by_column: normalised.collect(),
        absorbed: absorbed.collect(),
        what_if: what_if.iter().map(|(_, limits)| tried.by_ref().take(limits.len()).collect()).collect(),
        differences: details.differences.iter().map(|sum| (sum.by.clone(), sum.amount)).collect(),
    }
}

/// The population as the extraction would have measured it; the totals know house types only.
fn population(table: &RecordBatch) -> DataSetResult {
    let table = table.project(&[2, 4]).unwrap();
    let mut totals = Totals::new(&table.schema(), &[amount_column()]).unwrap();
    totals.update(&table).unwrap();
    DataSetResult {
        name: "population".into(),
        kind: DataSetKind::Extracted,
        rows: totals.rows(),
        rows_read: totals.rows(),
        digest: Digest::of(b""),
        columns: Vec::new(),
        totals: totals.finish(),
        excluded: Vec::new(),
        rejected: Rejected::default(),
        tests: Vec::new(),
        sources: Vec::new(),
        notes: Vec::new(),
    }
}

/// Holds the engine against the oracle: exceptions, classes, figures and footing.
fn agree(left: &[Row], right: &[Row], setting: &Setting, sizes: (usize, usize)) -> Result<(), TestCaseError> {
    let (left_table, right_table) = (Form::Left.whole(left), Form::Right.whole(right));
    let (result, exceptions) = run((&left_table, &right_table), sizes, setting);
    let (left, right) = (Form::Left.all_cells(left), Form::Right.all_cells(right));
    let (findings, figures) = compare_naively(&left, &right, &setting.oracle()).unwrap();
    prop_assert_eq!(listed(&exceptions), expected(setting, &findings, &left, &right));
    prop_assert_eq!(found_classes(&result), expected_classes(&findings, &left, &right));
    let tolerated = |(place, _): &(usize, Option<String>)| setting.columns[*place].1 != Tolerance::default();
    let mut figures = figures;
    figures.absorbed.retain(|key, _| tolerated(key));
    prop_assert_eq!(found_figures(setting, &result), figures);
    for (column, (name, ..)) in setting.columns.iter().enumerate() {
        let beyond = findings.iter().filter(|finding| finding.beyond.contains(&column)).count();
        prop_assert_eq!(result.mismatch_by_column[*name], beyond as u64);
    }
    let lines = foot_comparison(&result, &population(&left_table), &population(&right_table));
    prop_assert!(lines.len() >= 2 && lines.iter().all(|line| line.foots && line.adds_up()), "{lines:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_comparison_agrees_with_the_oracle(
        left in rows(), right in rows(), setting in settings(), sizes in (1_usize..6, 1_usize..6),
    ) {
        agree(&left, &right, &setting, sizes)?;
    }

    #[test]
    fn rows_in_another_order_and_other_batches_change_nothing(
        left in rows(), right in rows(), setting in settings(), sizes in (1_usize..6, 1_usize..6),
        keys in prop::collection::vec(any::<u8>(), 28),
    ) {
        let shuffled = |rows: &[Row], keys: &[u8]| {
            let mut places: Vec<usize> = (0..rows.len()).collect();
            places.sort_by_key(|&place| keys[place]);
            places
        };
        let (lefts, rights) = (Form::Left.whole(&left), Form::Right.whole(&right));
        let other_lefts = Form::Left.table(&left, &shuffled(&left, &keys[..14]));
        let other_rights = Form::Right.table(&right, &shuffled(&right, &keys[14..]));
        let one = run((&lefts, &rights), (100, 100), &setting);
        prop_assert_eq!(run((&other_lefts, &other_rights), sizes, &setting), one);
    }

    #[test]
    fn a_row_that_is_lost_or_doubled_no_longer_foots(left in rows(), lost in any::<prop::sample::Index>()) {
        prop_assume!(!left.is_empty());
        let lost = lost.index(left.len());
        let whole = Form::Left.whole(&left);
        let mut fewer = left.clone();
        fewer.remove(lost);
        let mut more = left.clone();
        more.insert(lost, left[lost].clone());
        for rows in [fewer, more] {
            let setting = plain(Tolerance::default(), Doubles::List);
            let (result, _) = run((&Form::Left.whole(&rows), &whole), (3, 3), &setting);
            let lines = foot_comparison(&result, &population(&whole), &population(&whole));
            prop_assert!(lines.iter().any(|line| !line.foots));
        }
    }

    #[test]
    fn the_tie_out_agrees_with_the_oracle(left in rows(), right in rows(), size in 1_usize..6, limit in 0_i128..40) {
        let by = ["nr".to_owned(), "part".to_owned()];
        let limit = Decimal::new(limit, 2).unwrap();
        let thresholds: Vec<(Currency, Decimal)> =
            ["EUR", "USD"].map(|code| (code.parse().unwrap(), limit)).to_vec();
        let totals = |form: Form, rows: &[Row], by: &[String]| {
            let table = form.whole(rows);
            let mut totals = SideTotals::new(&table.schema(), &amount_column(), by).unwrap();
            for batch in batches(&table, size) {
                totals.update(&batch.unwrap()).unwrap();
            }
            totals
        };
        let amounts = |form: Form, rows: &[Row], grouped: bool| {
            let entry = |row: &Row| {
                let cells = form.cells(0, row);
                let OracleCell::Number(amount) = cells[2].clone() else { return None };
                let group = if grouped { cells[..2].to_vec() } else { Vec::new() };
                Some(((group, row.currency.parse().unwrap()), amount))
            };
            rows.iter().filter_map(entry).collect::<Vec<_>>()
        };
        for grouped in [false, true] {
            let by = if grouped { &by[..] } else { &[] };
            let found = tie_out("t", totals(Form::Left, &left, by), totals(Form::Right, &right, by), &thresholds).unwrap();
            let naive =
                tie_out_naively(&amounts(Form::Left, &left, grouped), &amounts(Form::Right, &right, grouped)).unwrap();
            let over = |(left, right): &(Decimal, Decimal)| {
                let apart = left.checked_sub(*right).unwrap().abs();
                if limit.is_zero() { !apart.is_zero() } else { apart >= limit }
            };
            let mut lines = Vec::new();
            for batch in found.batches() {
                let batch = batch.unwrap();
                for row in 0..batch.num_rows() {
                    let cell = |name: &str| cell_text(batch.column_by_name(name).unwrap(), row).unwrap().unwrap();
                    let amount = |name: &str| cell(name).parse::<Decimal>().unwrap();
                    lines.push((cell("currency"), (amount("left"), amount("right")), cell("status") == "over_threshold"));
                }
            }
            let expected: Vec<_> =
                naive.iter().map(|((_, currency), sums)| (currency.to_string(), *sums, over(sums))).collect();
            prop_assert_eq!(lines, expected);
            let over_count = naive.values().filter(|sums| over(sums)).count();
            if grouped {
                let counted: u64 = found.results.iter().filter_map(|row| row.groups_over_threshold).sum();
                let listed = found.results.iter().filter(|row| row.groups.is_none()).count();
                prop_assert_eq!((counted, listed), (over_count as u64, over_count));
            } else {
                prop_assert_eq!(found.results.len(), naive.len());
            }
        }
    }
}

/// Many rows without a random generator: keys that are once, several times and a great many times on a side.
fn many_rows(count: i64, seed: i64) -> Vec<Row> {
    let row = |place: i64| {
        let mixed = (place * 7_919 + seed * 104_729) % 1_000_003;
        Row {
            nr: Some(if mixed % 12 == 0 { 45_000 } else { mixed % 9_000 * 10 }),
            part: if mixed % 211 == 2 { None } else { Some(if mixed % 50 == 1 { " A" } else { "a" }) },
            amount: Some(mixed % 40),
            note: Some(if mixed % 10 == 3 { "y" } else { "x" }),
            currency: if mixed % 4 == 1 { "USD" } else { "EUR" },
            day: Some(i32::try_from(mixed % 30_000).unwrap()),
            moment: None,
            rate: None,
            blob: None,
            quantity: Some(7),
        }
    };
    (0..count).map(row).collect()
}

#[test]
fn keys_that_lie_across_batches_agree_with_the_oracle() {
    let (left, right) = (many_rows(9_500, 1), many_rows(10_000, 2));
    let tolerance = Tolerance { absolute: "0.05".parse().ok(), ..Tolerance::default() };
    for duplicates in [
        Doubles::List,
        Doubles::Pair(vec!["day"]),
        Doubles::Pair(vec!["day", "amount", "note"]),
        Doubles::Sum("amount"),
    ] {
        let mut setting = plain(tolerance, duplicates);
        setting.key = vec![("nr", vec![]), ("part", vec![NormalisationStep::Trim, NormalisationStep::Case])];
        agree(&left, &right, &setting, (3_000, 8_192)).unwrap();
    }
}
