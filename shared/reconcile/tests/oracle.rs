//! Property tests: comparisons and tie-outs against the naive oracle, over random small tables with duplicates,
//! nulls, tolerances, mixed types and batches of any size; and footing, which always holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use tieout_model::{
    AmountColumn, ComparisonClass, ComparisonResult, Currency, CurrencyOf, DataSetKind, DataSetResult, Decimal, Digest,
    Rejected, Side, foot_comparison,
};
use tieout_reconcile::{ComparedColumn, ComparisonPlan, SideSchema, SideTotals, compare, tie_out};
use tieout_tables::{TableError, Totals, cell_text};
use tieout_testkit::{OracleCell, OracleColumn, OracleComparison, OracleFinding, compare_naively, tie_out_naively};

/// Tenths (always whole on the side whose type is integer), text, amount in hundredths, note, currency.
type Row = (Option<i64>, Option<&'static str>, Option<i64>, Option<&'static str>, &'static str);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let tenths = prop_oneof![1 => Just(None), 8 => (0_i64..3).prop_map(|whole| Some(whole * 10)), 1 => Just(Some(5))];
    let part = prop_oneof![1 => Just(None), 4 => Just(Some("a")), 2 => Just(Some("b")), 1 => Just(Some("\u{e9}"))];
    let amount = prop_oneof![1 => Just(None), 9 => (-30_i64..30).prop_map(Some)];
    let note = prop_oneof![1 => Just(None), 6 => Just(Some("x")), 1 => Just(Some("X"))];
    let currency = prop_oneof![3 => Just("EUR"), 1 => Just("USD")];
    prop::collection::vec((tenths, part, amount, note, currency), 0..14)
}

fn tolerance(choices: &'static [&'static str]) -> impl Strategy<Value = Option<Decimal>> {
    prop::option::of(prop::sample::select(choices).prop_map(|text| text.parse().unwrap()))
}

/// How a side writes the same values: its type of `nr`, its scale of amounts.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `nr` integer, amounts with 2 decimals. Rows with broken tenths are taken as whole.
    Left,
    /// `nr` decimal(10,1), amounts with 4 decimals.
    Right,
}

impl Form {
    fn tenths(self, value: i64) -> i64 {
        if self == Self::Left { value / 10 * 10 } else { value }
    }

    fn amount_scale(self) -> u8 {
        if self == Self::Left { 2 } else { 4 }
    }

    fn cells(self, row: &Row) -> Vec<OracleCell> {
        let number = |value: Option<i64>, scale| {
            value.map_or(OracleCell::Null, |value| OracleCell::Number(Decimal::new(value.into(), scale).unwrap()))
        };
        let text = |value: Option<&str>| value.map_or(OracleCell::Null, |value| OracleCell::Text(value.into()));
        let tenths = row.0.map(|value| self.tenths(value));
        vec![number(tenths, 1), text(row.1), number(row.2, 2), text(row.3), text(Some(row.4))]
    }

    /// The rows in the order of the key, ties in input order.
    fn sorted(self, mut rows: Vec<Row>) -> Vec<Row> {
        rows.sort_by_key(|row| self.cells(row)[..2].to_vec());
        rows
    }

    /// Columns nr, part, amount, note, currency, place (the row's position).
    fn table(self, rows: &[Row]) -> RecordBatch {
        let nr: ArrayRef = match self {
            Self::Left => Arc::new(rows.iter().map(|row| row.0.map(|value| value / 10)).collect::<Int64Array>()),
            Self::Right => {
                let values: Decimal128Array = rows.iter().map(|row| row.0.map(i128::from)).collect();
                Arc::new(values.with_precision_and_scale(10, 1).unwrap())
            }
        };
        let factor = 10_i128.pow(u32::from(self.amount_scale()) - 2);
        let amounts: Decimal128Array = rows.iter().map(|row| row.2.map(|value| i128::from(value) * factor)).collect();
        let scale = i8::try_from(self.amount_scale()).unwrap();
        RecordBatch::try_from_iter_with_nullable([
            ("nr", nr, true),
            ("part", Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>()) as _, true),
            ("amount", Arc::new(amounts.with_precision_and_scale(18, scale).unwrap()) as _, true),
            ("note", Arc::new(rows.iter().map(|row| row.3).collect::<StringArray>()) as _, true),
            ("currency", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.4))) as _, false),
            ("place", Arc::new(Int64Array::from_iter_values((0..).take(rows.len()))) as _, false),
        ])
        .unwrap()
    }
}

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
    (absolute, relative): (Option<Decimal>, Option<Decimal>),
) -> (ComparisonResult, RecordBatch) {
    let pair = |name: &str| (name.to_owned(), name.to_owned());
    let compared =
        |name: &str, absolute, relative| ComparedColumn { left: name.into(), right: name.into(), absolute, relative };
    let columns = [compared("amount", absolute, relative), compared("note", None, None)];
    let key = [pair("nr"), pair("part")];
    let plan = ComparisonPlan::new("c", side("left", left), side("right", right), &key, &columns).unwrap();
    let mut found = Vec::new();
    let (lefts, rights) = (batches(left, left_size), batches(right, right_size));
    let result = compare(&plan, lefts, rights, &mut |batch| {
        found.push(batch);
        Ok(())
    });
    (result.unwrap(), concat_batches(&plan.exceptions_schema(), &found).unwrap())
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
    (0..table.num_rows())
        .map(|row| {
            (
                text("class", row).unwrap(),
                place("left_place", row),
                place("right_place", row),
                text("diff_columns", row),
            )
        })
        .collect()
}

/// What the oracle expects in the exceptions table, in order: key, left before right, input order.
fn expected(findings: &[OracleFinding], left: &[Vec<OracleCell>], right: &[Vec<OracleCell>]) -> Vec<Listed> {
    let mut rows: Vec<&OracleFinding> =
        findings.iter().filter(|finding| finding.class != ComparisonClass::Matched).collect();
    rows.sort_by_key(|finding| {
        let cells = finding.left.map_or_else(|| &right[finding.right.unwrap()], |row| &left[row]);
        (cells[..2].to_vec(), finding.left.is_none(), finding.left, finding.right)
    });
    let names = ["amount", "note"];
    let line = |finding: &OracleFinding| {
        let differing: Vec<&str> = finding.differing.iter().map(|&column| names[column]).collect();
        let paired = finding.left.is_some() && finding.right.is_some();
        (finding.class.as_str().to_owned(), finding.left, finding.right, paired.then(|| differing.join(",")))
    };
    rows.into_iter().map(line).collect()
}

/// Rows and amounts by side and class.
type Figures = BTreeMap<(Side, ComparisonClass), (u64, BTreeMap<Currency, Decimal>)>;

fn expected_figures(findings: &[OracleFinding], left: &[Vec<OracleCell>], right: &[Vec<OracleCell>]) -> Figures {
    let mut figures = Figures::new();
    let rows = findings.iter().flat_map(|finding| {
        let of =
            |side, rows: &[Vec<OracleCell>], at: Option<usize>| at.map(|at| (side, finding.class, rows[at].clone()));
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

fn found_figures(result: &ComparisonResult) -> Figures {
    let mut figures = Figures::new();
    for count in result.classes.iter().filter(|count| count.rows > 0) {
        figures.entry((count.side, count.class)).or_default().0 = count.rows;
    }
    for part in &result.amounts {
        figures.entry((part.side, part.class)).or_default().1.insert(part.currency.clone(), part.amount);
    }
    figures
}

/// The population as the extraction would have measured it.
fn population(table: &RecordBatch) -> DataSetResult {
    let mut totals = Totals::new(&table.schema(), &[amount_column()]).unwrap();
    totals.update(table).unwrap();
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
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_comparison_agrees_with_the_oracle(
        left in rows(), right in rows(), sizes in (1_usize..6, 1_usize..6),
        absolute in tolerance(&["0", "0.01", "0.055", "0.2", "1"]), relative in tolerance(&["0", "0.1", "0.333", "1"]),
    ) {
        let (left, right) = (Form::Left.sorted(left), Form::Right.sorted(right));
        let (left_table, right_table) = (Form::Left.table(&left), Form::Right.table(&right));
        let (result, exceptions) = run((&left_table, &right_table), sizes, (absolute, relative));

        let left_cells: Vec<_> = left.iter().map(|row| Form::Left.cells(row)).collect();
        let right_cells: Vec<_> = right.iter().map(|row| Form::Right.cells(row)).collect();
        let columns = vec![
            OracleColumn { left: 2, right: 2, absolute, relative },
            OracleColumn { left: 3, right: 3, absolute: None, relative: None },
        ];
        let comparison = OracleComparison { key: vec![(0, 0), (1, 1)], columns };
        let findings = compare_naively(&left_cells, &right_cells, &comparison).unwrap();
        prop_assert_eq!(listed(&exceptions), expected(&findings, &left_cells, &right_cells));
        prop_assert_eq!(found_figures(&result), expected_figures(&findings, &left_cells, &right_cells));
        for (column, name) in ["amount", "note"].into_iter().enumerate() {
            let beyond = findings.iter().filter(|finding| finding.beyond.contains(&column)).count();
            prop_assert_eq!(result.mismatch_by_column[name], beyond as u64);
        }
        let lines = foot_comparison(&result, &population(&left_table), &population(&right_table));
        prop_assert!(lines.len() >= 2 && lines.iter().all(|line| line.foots && line.adds_up()), "{lines:?}");
    }

    #[test]
    fn batch_sizes_change_nothing(left in rows(), right in rows(), sizes in (1_usize..6, 1_usize..6)) {
        let left = Form::Left.table(&Form::Left.sorted(left));
        let right = Form::Right.table(&Form::Right.sorted(right));
        let tolerance = (Some("0.05".parse().unwrap()), None);
        prop_assert_eq!(run((&left, &right), sizes, tolerance), run((&left, &right), (100, 100), tolerance));
    }

    #[test]
    fn a_row_that_is_lost_or_doubled_no_longer_foots(left in rows(), lost in any::<prop::sample::Index>()) {
        prop_assume!(!left.is_empty());
        let left = Form::Left.sorted(left);
        let lost = lost.index(left.len());
        let whole = Form::Left.table(&left);
        let mut fewer = left.clone();
        fewer.remove(lost);
        let mut more = left.clone();
        more.insert(lost, left[lost]);
        for rows in [fewer, more] {
            let (result, _) = run((&Form::Left.table(&rows), &whole), (3, 3), (None, None));
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
            let table = form.table(rows);
            let mut totals = SideTotals::new(&table.schema(), &amount_column(), by).unwrap();
            for batch in batches(&table, size) {
                totals.update(&batch.unwrap()).unwrap();
            }
            totals
        };
        let amounts = |form: Form, rows: &[Row], grouped: bool| {
            let entry = |row: &Row| {
                let cells = form.cells(row);
                let OracleCell::Number(amount) = cells[2].clone() else { return None };
                let group = if grouped { cells[..2].to_vec() } else { Vec::new() };
                Some(((group, row.4.parse().unwrap()), amount))
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
