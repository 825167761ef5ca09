//! A naive oracle for comparisons and tie-outs over plain values.
//!
//! It shares no code with the crates it judges, holds everything and streams nothing; small inputs only.

mod cell;
mod figures;

use std::collections::BTreeMap;

use tieout_model::{ComparisonClass, Currency, Decimal, DecimalError, NormalisationStep, Tolerance};

use cell::{Apart, apart};
pub use cell::{OracleCell, OracleFloat};
pub use figures::OracleFigures;

/// A row of a side.
type Row = Vec<OracleCell>;

/// Which columns are compared how, by position.
#[derive(Debug, Clone, Default)]
pub struct OracleComparison {
    /// Key columns.
    pub key: Vec<OraclePair>,
    /// Compared columns.
    pub columns: Vec<OracleColumn>,
    /// What happens with a key that is more than once on a side.
    pub duplicates: OracleDuplicates,
    /// Currency columns of the left and the right side.
    pub currency: Option<(usize, usize)>,
    /// Places, in the list of compared columns, of amounts in that currency.
    pub amounts: Vec<usize>,
    /// Places of compared columns, and the tolerances to try for them.
    pub what_if: Vec<(usize, Vec<Decimal>)>,
    /// The place of the compared column whose differences are summed, and the columns by which.
    pub difference: Option<(usize, Vec<OraclePair>)>,
}

/// A pair of columns, left and right, with the steps that bring both into one form.
#[derive(Debug, Clone)]
pub struct OraclePair {
    /// Column of the left side.
    pub left: usize,
    /// Column of the right side.
    pub right: usize,
    /// The declared steps.
    pub steps: Vec<NormalisationStep>,
}

/// A compared pair of columns with its tolerance.
#[derive(Debug, Clone)]
pub struct OracleColumn {
    /// The columns.
    pub pair: OraclePair,
    /// What is tolerated.
    pub tolerance: Tolerance,
}

/// What happens with a key that is more than once on a side.
#[derive(Debug, Clone, Default)]
pub enum OracleDuplicates {
    /// A class of its own.
    #[default]
    List,
    /// Pairs in the order of these columns.
    Pair(Vec<OraclePair>),
    /// Sums of this pair of columns.
    Sum {
        /// The columns.
        pair: OraclePair,
        /// The place of the compared column whose tolerance holds.
        column: Option<usize>,
        /// The currency columns of the left and the right side.
        currency: Option<(usize, usize)>,
    },
}

/// The class of one row, or of one pair of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleFinding {
    /// The class.
    pub class: ComparisonClass,
    /// Position of the left row.
    pub left: Option<usize>,
    /// Position of the right row.
    pub right: Option<usize>,
    /// Positions, in the list of compared columns, of those that differ.
    pub differing: Vec<usize>,
    /// Those of them that differ beyond tolerance.
    pub beyond: Vec<usize>,
}

/// Classifies every row of both sides, and counts what the comparison declares. Findings are in no particular order.
pub fn compare_naively(
    left: &[Row],
    right: &[Row],
    comparison: &OracleComparison,
) -> Result<(Vec<OracleFinding>, OracleFigures), DecimalError> {
    let mut oracle = Oracle { left, right, comparison, findings: Vec::new(), figures: OracleFigures::new(comparison) };
    let mut groups: BTreeMap<Vec<OracleCell>, [Vec<usize>; 2]> = BTreeMap::new();
    for (side, rows) in [left, right].into_iter().enumerate() {
        for (place, row) in rows.iter().enumerate() {
            let key = forms(row, &comparison.key, side);
            if key.contains(&OracleCell::Null) {
                oracle.find(ComparisonClass::NullKey, &[place], side);
            } else if let Some(rows) = groups.entry(key).or_default().get_mut(side) {
                rows.push(place);
            }
        }
    }
    for [lefts, rights] in groups.into_values() {
        oracle.group(lefts, rights)?;
    }
    Ok((oracle.findings, oracle.figures))
}

/// A comparison under way.
struct Oracle<'a> {
    left: &'a [Row],
    right: &'a [Row],
    comparison: &'a OracleComparison,
    findings: Vec<OracleFinding>,
    figures: OracleFigures,
}

impl Oracle<'_> {
    fn row(&self, place: usize, side: usize) -> &Row {
        static EMPTY: Row = Row::new();
        let rows = if side == 0 { self.left } else { self.right };
        rows.get(place).unwrap_or(&EMPTY)
    }

    /// Puts rows of a side into a class.
    fn find(&mut self, class: ComparisonClass, rows: &[usize], side: usize) {
        for &place in rows {
            let (left, right) = if side == 0 { (Some(place), None) } else { (None, Some(place)) };
            self.findings.push(OracleFinding { class, left, right, differing: vec![], beyond: vec![] });
        }
    }

    /// Classifies the rows of one key.
    fn group(&mut self, lefts: Vec<usize>, rights: Vec<usize>) -> Result<(), DecimalError> {
        use ComparisonClass::{Ambiguous, DuplicateKey, GroupMatched, GroupMismatch, OnlyLeft, OnlyRight};
        let repeats = lefts.len() > 1 || rights.len() > 1;
        let both = !lefts.is_empty() && !rights.is_empty();
        let class = match &self.comparison.duplicates {
            OracleDuplicates::List if repeats => Some(DuplicateKey),
            _ if !both || !repeats => None,
            OracleDuplicates::Sum { pair, column, currency } => {
                let agree = self.sums_agree(pair, *column, *currency, [&lefts, &rights])?;
                Some(if agree { GroupMatched } else { GroupMismatch })
            }
            OracleDuplicates::Pair(order) => self.is_arbitrary(order, &lefts, &rights).then_some(Ambiguous),
            OracleDuplicates::List => None,
        };
        if both || class.is_some() {
            let rows = lefts.iter().map(|&row| (row, 0)).chain(rights.iter().map(|&row| (row, 1)));
            let rows: Vec<(Row, usize)> = rows.map(|(row, side)| (self.row(row, side).clone(), side)).collect();
            self.figures.key(self.comparison, class, &rows);
        }
        if let Some(class) = class {
            self.find(class, &lefts, 0);
            self.find(class, &rights, 1);
            return Ok(());
        }
        let (lefts, rights) = match &self.comparison.duplicates {
            OracleDuplicates::Pair(order) => (self.in_order(order, lefts, 0), self.in_order(order, rights, 1)),
            _ => (lefts, rights),
        };
        let pairs = lefts.len().min(rights.len());
        for (&left, &right) in lefts.iter().zip(&rights) {
            self.pair(left, right)?;
        }
        self.find(OnlyLeft, lefts.get(pairs..).unwrap_or_default(), 0);
        self.find(OnlyRight, rights.get(pairs..).unwrap_or_default(), 1);
        Ok(())
    }

    fn pair(&mut self, left_place: usize, right_place: usize) -> Result<(), DecimalError> {
        let (left, right) = (self.row(left_place, 0).clone(), self.row(right_place, 1).clone());
        let mut finding = OracleFinding {
            class: ComparisonClass::Matched,
            left: Some(left_place),
            right: Some(right_place),
            differing: Vec::new(),
            beyond: Vec::new(),
        };
        let mut spans = Vec::new();
        for (place, column) in self.comparison.columns.iter().enumerate() {
            let (left, right) = (form(&left, &column.pair, 0), form(&right, &column.pair, 1));
            let span = apart(&left, &right, &column.tolerance)?;
            if let Apart::Different { tolerated, .. } = span {
                finding.differing.push(place);
                if !tolerated {
                    finding.beyond.push(place);
                }
            }
            spans.push(span);
        }
        finding.class = match (finding.differing.is_empty(), finding.beyond.is_empty()) {
            (true, _) => ComparisonClass::Matched,
            (false, true) => ComparisonClass::WithinTolerance,
            (false, false) => ComparisonClass::Mismatch,
        };
        self.figures.pair(self.comparison, finding.class, &spans, &left, &right)?;
        self.findings.push(finding);
        Ok(())
    }

    /// The rows in the declared order, then in the order of all their cells.
    fn in_order(&self, order: &[OraclePair], mut rows: Vec<usize>, side: usize) -> Vec<usize> {
        rows.sort_by_key(|&place| (forms(self.row(place, side), order, side), self.row(place, side).clone()));
        rows
    }

    /// Whether a row that gets a partner could change places with a row that differs from it.
    fn is_arbitrary(&self, order: &[OraclePair], lefts: &[usize], rights: &[usize]) -> bool {
        let compared: Vec<OraclePair> = self.comparison.columns.iter().map(|column| column.pair.clone()).collect();
        let pairs = lefts.len().min(rights.len());
        [lefts, rights].into_iter().enumerate().any(|(side, rows)| {
            let rows = self.in_order(order, rows.to_vec(), side);
            let form = |place: &usize, pairs: &[OraclePair]| forms(self.row(*place, side), pairs, side);
            let rows: Vec<_> = rows.iter().map(|place| (form(place, order), form(place, &compared))).collect();
            rows.iter().take(pairs).any(|one| rows.iter().any(|other| one.0 == other.0 && one.1 != other.1))
        })
    }

    fn sums_agree(
        &self,
        pair: &OraclePair,
        column: Option<usize>,
        currency: Option<(usize, usize)>,
        groups: [&[usize]; 2],
    ) -> Result<bool, DecimalError> {
        let mut sums: BTreeMap<Option<String>, [Decimal; 2]> = BTreeMap::new();
        for (side, rows) in groups.into_iter().enumerate() {
            for &place in rows {
                let row = self.row(place, side);
                let currency = currency.map(|(left, right)| if side == 0 { left } else { right });
                let currency = currency.and_then(|currency| row.get(currency)).and_then(OracleCell::text);
                if let (Some(amount), Some(sum)) =
                    (form(row, pair, side).number(), sums.entry(currency).or_default().get_mut(side))
                {
                    *sum = sum.checked_add(amount)?;
                }
            }
        }
        let tolerance = column.and_then(|place| self.comparison.columns.get(place)).map(|column| column.tolerance);
        for [left, right] in sums.into_values() {
            let (left, right) = (OracleCell::Number(left), OracleCell::Number(right));
            if let Apart::Different { tolerated: false, .. } = apart(&left, &right, &tolerance.unwrap_or_default())? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A cell of a row of a side in its common form.
fn form(row: &Row, pair: &OraclePair, side: usize) -> OracleCell {
    let cell = row.get(if side == 0 { pair.left } else { pair.right });
    cell.map_or(OracleCell::Null, |cell| cell.form(&pair.steps))
}

fn forms(row: &Row, pairs: &[OraclePair], side: usize) -> Vec<OracleCell> {
    pairs.iter().map(|pair| form(row, pair, side)).collect()
}

/// A group's values, and a currency.
pub type OracleGroup = (Vec<OracleCell>, Currency);

/// The totals of both sides by group and currency; a side without the group counts as zero.
pub fn tie_out_naively(
    left: &[(OracleGroup, Decimal)],
    right: &[(OracleGroup, Decimal)],
) -> Result<BTreeMap<OracleGroup, (Decimal, Decimal)>, DecimalError> {
    let mut totals: BTreeMap<OracleGroup, (Decimal, Decimal)> = BTreeMap::new();
    for (group, amount) in left {
        let total = totals.entry(group.clone()).or_default();
        total.0 = total.0.checked_add(*amount)?;
    }
    for (group, amount) in right {
        let total = totals.entry(group.clone()).or_default();
        total.1 = total.1.checked_add(*amount)?;
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &str, amount: &str) -> Row {
        let key = if key.is_empty() { OracleCell::Null } else { OracleCell::Text(key.into()) };
        vec![key, amount.parse().map_or(OracleCell::Null, OracleCell::Number)]
    }

    fn classes(left: &[Row], right: &[Row], duplicates: OracleDuplicates) -> Vec<&'static str> {
        let pair = |column| OraclePair { left: column, right: column, steps: vec![] };
        let tolerance = Tolerance { absolute: "0.01".parse().ok(), ..Tolerance::default() };
        let columns = vec![OracleColumn { pair: pair(1), tolerance }];
        let comparison = OracleComparison { key: vec![pair(0)], columns, duplicates, ..OracleComparison::default() };
        let (mut found, _) = compare_naively(left, right, &comparison).unwrap();
        found.sort_by_key(|finding| (finding.left.is_none(), finding.left, finding.right));
        found.iter().map(|finding| finding.class.as_str()).collect()
    }

    #[test]
    fn every_class_is_found() {
        let left = [row("a", "1"), row("b", "1"), row("c", "1"), row("d", "1"), row("f", "1"), row("", "1")];
        let right = [row("a", "1.00"), row("b", "1.01"), row("c", "1.02"), row("e", "1"), row("f", "1"), row("f", "1")];
        let expected = [
            "matched",
            "within_tolerance",
            "mismatch",
            "only_left",
            "duplicate_key",
            "null_key",
            "only_right",
            "duplicate_key",
            "duplicate_key",
        ];
        assert_eq!(classes(&left, &right, OracleDuplicates::List), expected);
    }

    #[test]
    fn duplicates_are_summed_or_paired_as_declared() {
        let pair = |column| OraclePair { left: column, right: column, steps: vec![] };
        let (left, right) = ([row("a", "1"), row("a", "2")], [row("a", "3.00")]);
        let sum = OracleDuplicates::Sum { pair: pair(1), column: None, currency: None };
        assert_eq!(classes(&left, &right, sum), ["group_matched"; 3]);
        assert_eq!(classes(&left, &right, OracleDuplicates::Pair(vec![pair(1)])), ["mismatch", "only_left"]);
        assert_eq!(classes(&left, &right, OracleDuplicates::Pair(vec![pair(0)])), ["ambiguous"; 3]);
    }
}
