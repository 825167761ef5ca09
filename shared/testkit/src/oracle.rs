//! A naive oracle for comparisons and tie-outs: compares every row with every row, over plain values.
//!
//! It shares no code with the crates it judges, sorts nothing and streams nothing; small inputs only.

use std::collections::BTreeMap;

use tieout_model::{ComparisonClass, Currency, Decimal, DecimalError};

/// A value of a cell; null comes first, numbers are equal by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OracleCell {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer or decimal.
    Number(Decimal),
    /// Text, in the order of its bytes.
    Text(String),
}

/// Which columns are compared how, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleComparison {
    /// Key columns of the left and the right side.
    pub key: Vec<(usize, usize)>,
    /// Compared columns.
    pub columns: Vec<OracleColumn>,
}

/// A compared pair of columns with its tolerances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleColumn {
    /// Column of the left side.
    pub left: usize,
    /// Column of the right side.
    pub right: usize,
    /// Largest tolerated absolute difference.
    pub absolute: Option<Decimal>,
    /// Largest tolerated difference as a fraction of the right side.
    pub relative: Option<Decimal>,
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

/// Classifies every row of both sides: first the left rows in order, each with its partner, then the other right rows.
pub fn compare_naively(
    left: &[Vec<OracleCell>],
    right: &[Vec<OracleCell>],
    comparison: &OracleComparison,
) -> Result<Vec<OracleFinding>, DecimalError> {
    let (left_columns, right_columns): (Vec<usize>, Vec<usize>) = comparison.key.iter().copied().unzip();
    let (left_keys, right_keys) = (keys(left, &left_columns), keys(right, &right_columns));
    let mut findings = Vec::new();
    for (row, (key, cells)) in left_keys.iter().zip(left).enumerate() {
        let partner = right_keys.iter().position(|other| other == key);
        let mut finding = match class_of(key.as_ref(), &left_keys, &right_keys) {
            Some(class) => OracleFinding { class, left: Some(row), right: None, differing: vec![], beyond: vec![] },
            None => compare_pair(cells, partner.and_then(|at| right.get(at)), comparison)?,
        };
        if finding.left.is_none() {
            (finding.left, finding.right) = (Some(row), partner);
        }
        findings.push(finding);
    }
    for (row, key) in right_keys.iter().enumerate() {
        if let Some(class) = class_of(key.as_ref(), &right_keys, &left_keys) {
            let class = if class == ComparisonClass::OnlyLeft { ComparisonClass::OnlyRight } else { class };
            findings.push(OracleFinding { class, left: None, right: Some(row), differing: vec![], beyond: vec![] });
        }
    }
    Ok(findings)
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

/// A key; `None` when a part of it is null.
type OracleKey = Option<Vec<OracleCell>>;

/// The key of every row.
fn keys(rows: &[Vec<OracleCell>], columns: &[usize]) -> Vec<OracleKey> {
    let part =
        |row: &Vec<OracleCell>, column: usize| row.get(column).filter(|cell| **cell != OracleCell::Null).cloned();
    rows.iter().map(|row| columns.iter().map(|&column| part(row, column)).collect()).collect()
}

/// The class of a row from keys alone, seen from its own side; `None` when it has exactly one partner.
fn class_of(key: Option<&Vec<OracleCell>>, own: &[OracleKey], other: &[OracleKey]) -> Option<ComparisonClass> {
    if key.is_none() {
        return Some(ComparisonClass::NullKey);
    }
    let count = |keys: &[OracleKey]| keys.iter().filter(|found| found.as_ref() == key).count();
    match (count(own), count(other)) {
        (1, 1) => None,
        (1, 0) => Some(ComparisonClass::OnlyLeft),
        _ => Some(ComparisonClass::DuplicateKey),
    }
}

fn compare_pair(
    left: &[OracleCell],
    right: Option<&Vec<OracleCell>>,
    comparison: &OracleComparison,
) -> Result<OracleFinding, DecimalError> {
    let (mut differing, mut beyond) = (Vec::new(), Vec::new());
    for (position, column) in comparison.columns.iter().enumerate() {
        let (Some(left), Some(right)) = (left.get(column.left), right.and_then(|right| right.get(column.right))) else {
            continue;
        };
        if left == right {
            continue;
        }
        differing.push(position);
        let tolerated = match (left, right) {
            (OracleCell::Number(left), OracleCell::Number(right)) => {
                let apart = left.checked_sub(*right)?.abs();
                let limit = column.relative.map(|fraction| fraction.checked_mul(right.abs())).transpose()?;
                column.absolute.is_some_and(|limit| apart <= limit) || limit.is_some_and(|limit| apart <= limit)
            }
            _ => false,
        };
        if !tolerated {
            beyond.push(position);
        }
    }
    let class = match (differing.is_empty(), beyond.is_empty()) {
        (true, _) => ComparisonClass::Matched,
        (false, true) => ComparisonClass::WithinTolerance,
        (false, false) => ComparisonClass::Mismatch,
    };
    Ok(OracleFinding { class, left: None, right: None, differing, beyond })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: &str, amount: &str) -> Vec<OracleCell> {
        let key = if key.is_empty() { OracleCell::Null } else { OracleCell::Text(key.into()) };
        vec![key, amount.parse().map_or(OracleCell::Null, OracleCell::Number)]
    }

    #[test]
    fn every_class_is_found() {
        let column = OracleColumn { left: 1, right: 1, absolute: "0.01".parse().ok(), relative: None };
        let comparison = OracleComparison { key: vec![(0, 0)], columns: vec![column] };
        let left = [row("a", "1"), row("b", "1"), row("c", "1"), row("d", "1"), row("f", "1"), row("", "1")];
        let right = [row("a", "1.00"), row("b", "1.01"), row("c", "1.02"), row("e", "1"), row("f", "1"), row("f", "1")];
        let found = compare_naively(&left, &right, &comparison).unwrap_or_default();
        let classes: Vec<&str> = found.iter().map(|finding| finding.class.as_str()).collect();
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
        assert_eq!(classes, expected);
    }
}
