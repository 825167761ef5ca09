//! Footing: the parts of every population add up to the whole, in rows and in amounts by column and currency.
//!
//! Parts and whole come from separate counts; a line never computes one from the other.

use std::collections::BTreeSet;

use crate::{
    ColumnTotal, ComparisonClass, ComparisonResult, Currency, DataSetResult, Decimal, FootingLine, RunResult, Side,
};

impl FootingLine {
    /// Makes a line and adds it up. Parts whose sum needs more than 38 digits do not foot.
    pub fn new(
        subject: String,
        amount: Option<(String, Currency)>,
        parts: Vec<(String, Decimal)>,
        whole: Decimal,
    ) -> Self {
        let (column, currency) = amount.unzip();
        let foots = adds_up(&parts, whole);
        Self { subject, column, currency, parts, whole, foots }
    }

    /// Whether the parts add up to the whole exactly, whatever `foots` says.
    pub fn adds_up(&self) -> bool {
        adds_up(&self.parts, self.whole)
    }
}

impl ComparisonResult {
    /// The subject of this comparison's footing lines of one side: `<id>/left` or `<id>/right`.
    pub fn footing_subject(&self, side: Side) -> String {
        format!("{}/{}", self.id, if side == Side::Left { "left" } else { "right" })
    }
}

/// Foots a data set: rows read = population + every exclusion + rejected rows.
///
/// With `read_totals`, the control totals over every row that converted, amounts are footed too: total read =
/// population + every exclusion, by amount column and currency. (A rejected row has no amount.)
pub fn foot_data_set(data_set: &DataSetResult, read_totals: Option<&[ColumnTotal]>) -> Vec<FootingLine> {
    let mut parts = vec![("population".to_owned(), Decimal::from(data_set.rows))];
    parts.extend(data_set.excluded.iter().map(|excluded| (excluded.reason.clone(), Decimal::from(excluded.rows))));
    parts.push(("rejected".to_owned(), Decimal::from(data_set.rejected.rows)));
    let mut lines = vec![FootingLine::new(data_set.name.clone(), None, parts, Decimal::from(data_set.rows_read))];
    let Some(read_totals) = read_totals else { return lines };
    let excluded = data_set.excluded.iter().flat_map(|excluded| &excluded.totals);
    for (column, currency) in subjects(read_totals.iter().chain(&data_set.totals).chain(excluded)) {
        let mut parts = vec![("population".to_owned(), total_of(&data_set.totals, &column, &currency))];
        parts.extend(
            data_set.excluded.iter().map(|part| (part.reason.clone(), total_of(&part.totals, &column, &currency))),
        );
        let whole = total_of(read_totals, &column, &currency);
        lines.push(FootingLine::new(data_set.name.clone(), Some((column, currency)), parts, whole));
    }
    lines
}

/// Foots both sides of a comparison: the rows and amounts of all classes = the side's population and control totals.
///
/// `left` and `right` are the data sets that were compared.
pub fn foot_comparison(comparison: &ComparisonResult, left: &DataSetResult, right: &DataSetResult) -> Vec<FootingLine> {
    let mut lines = foot_side(comparison, Side::Left, left);
    lines.extend(foot_side(comparison, Side::Right, right));
    lines
}

/// The rows lines that a result must have: one for each data set and one for each side of each comparison.
pub(crate) fn required_subjects(result: &RunResult) -> BTreeSet<String> {
    let sides = result
        .comparisons
        .iter()
        .flat_map(|comparison| [Side::Left, Side::Right].into_iter().map(|side| comparison.footing_subject(side)));
    result.data_sets.iter().map(|data_set| data_set.name.clone()).chain(sides).collect()
}

fn foot_side(comparison: &ComparisonResult, side: Side, population: &DataSetResult) -> Vec<FootingLine> {
    let subject = comparison.footing_subject(side);
    let counts = comparison.classes.iter().filter(|count| count.side == side);
    let parts = counts.map(|count| (count.class.as_str().to_owned(), Decimal::from(count.rows))).collect();
    let mut lines = vec![FootingLine::new(subject.clone(), None, parts, Decimal::from(population.rows))];
    let amounts: Vec<_> = comparison.amounts.iter().filter(|amount| amount.side == side).collect();
    let mut keys = subjects(population.totals.iter());
    keys.extend(amounts.iter().map(|amount| (amount.column.clone(), amount.currency.clone())));
    for (column, currency) in keys {
        let parts = amounts
            .iter()
            .filter(|amount| amount.column == column && amount.currency == currency)
            .map(|amount| (amount.class.as_str().to_owned(), amount.amount))
            .collect();
        let whole = total_of(&population.totals, &column, &currency);
        lines.push(FootingLine::new(subject.clone(), Some((column, currency)), parts, whole));
    }
    lines
}

fn adds_up(parts: &[(String, Decimal)], whole: Decimal) -> bool {
    parts.iter().try_fold(Decimal::ZERO, |sum, (_, part)| sum.checked_add(*part)).is_ok_and(|sum| sum == whole)
}

fn subjects<'a>(totals: impl Iterator<Item = &'a ColumnTotal>) -> BTreeSet<(String, Currency)> {
    totals.map(|total| (total.column.clone(), total.currency.clone())).collect()
}

/// The total of a column and currency; a currency that no row has sums to zero.
fn total_of(totals: &[ColumnTotal], column: &str, currency: &Currency) -> Decimal {
    totals
        .iter()
        .find(|total| total.column == column && total.currency == *currency)
        .map_or(Decimal::ZERO, |total| total.amount)
}

/// The rows that a comparison counted in one class on one side.
pub(crate) fn class_rows(comparison: &ComparisonResult, side: Side, class: ComparisonClass) -> u64 {
    let counts = comparison.classes.iter().filter(|count| count.side == side && count.class == class);
    counts.fold(0, |sum, count| sum.saturating_add(count.rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, Excluded, Rejected};

    fn total(currency: &str, amount: &str) -> ColumnTotal {
        ColumnTotal { column: "amount".into(), currency: currency.parse().unwrap(), amount: amount.parse().unwrap() }
    }

    fn data_set(rows: u64, read: u64, excluded: u64, rejected: u64) -> DataSetResult {
        DataSetResult {
            name: "orders".into(),
            kind: crate::DataSetKind::Extracted,
            rows,
            rows_read: read,
            digest: Digest::of(b""),
            columns: Vec::new(),
            totals: vec![total("EUR", "10.00"), total("USD", "1.00")],
            excluded: vec![Excluded {
                reason: "after_cutoff".into(),
                rows: excluded,
                totals: vec![total("EUR", "2.50")],
            }],
            rejected: Rejected { rows: rejected, tolerated: rejected },
            tests: Vec::new(),
            sources: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn rows_read_are_population_and_excluded_and_rejected() {
        assert!(foot_data_set(&data_set(7, 10, 2, 1), None)[0].foots);
        let line = &foot_data_set(&data_set(7, 11, 2, 1), None)[0];
        assert!(!line.foots, "one row is unaccounted for");
        assert_eq!(line.parts.len(), 3);
    }

    #[test]
    fn amounts_foot_by_currency_and_never_across() {
        let data = data_set(7, 10, 2, 1);
        let lines = foot_data_set(&data, Some(&[total("EUR", "12.5"), total("USD", "1")]));
        assert_eq!(lines.iter().map(|line| line.foots).collect::<Vec<_>>(), [true, true, true]);
        let lines = foot_data_set(&data, Some(&[total("EUR", "13.5")]));
        assert_eq!(lines.iter().map(|line| line.foots).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn a_currency_that_was_read_and_lies_in_no_part_does_not_foot() {
        let read = [total("EUR", "12.50"), total("USD", "1.00"), total("CHF", "0.01")];
        let lines = foot_data_set(&data_set(7, 10, 2, 1), Some(&read));
        let open: Vec<_> = lines.iter().filter(|line| !line.foots).map(|line| line.currency.clone()).collect();
        assert_eq!(open, ["CHF".parse().ok()]);
    }

    #[test]
    fn a_sum_beyond_38_digits_does_not_foot() {
        let largest = "9".repeat(38).parse().unwrap();
        let parts = vec![("a".to_owned(), largest), ("b".to_owned(), largest)];
        assert!(!FootingLine::new("x".into(), None, parts, largest).foots);
    }
}
