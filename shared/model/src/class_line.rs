//! A comparison read class by class, both sides next to each other: what a report shows.
//!
//! Derived from the result alone, so that page, message and terminal say the same.

use crate::{ClassAmount, ClassCount, ComparisonClass, ComparisonResult, Currency, Decimal, Side};

/// One class of a comparison with its rows and amounts on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassLine {
    /// The class; absent for the line over all classes.
    pub class: Option<ComparisonClass>,
    /// What the class means, in words that name the data set where it is about one side.
    pub title: String,
    /// Keys of the class; absent where there is no key (null keys, the line over all classes).
    pub keys: Option<u64>,
    /// Rows on the left.
    pub left_rows: u64,
    /// Rows on the right.
    pub right_rows: u64,
    /// Amounts, by column and currency in the order of the result.
    pub amounts: Vec<AmountPair>,
}

/// The amounts of a class in one column and currency, on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountPair {
    /// The amount column: its name, or `left / right` where the sides call it differently.
    pub column: String,
    /// The currency.
    pub currency: Currency,
    /// Sum on the left; absent when the left has no such amount column, or when the sum needs more than 38 digits.
    pub left: Option<Decimal>,
    /// Sum on the right; absent as on the left.
    pub right: Option<Decimal>,
    /// `left - right`, where both are there.
    pub difference: Option<Decimal>,
}

impl ClassLine {
    /// Whether rows of the class are exceptions.
    pub fn is_exception(&self) -> bool {
        self.class.is_some_and(ComparisonClass::is_exception)
    }

    /// Whether the class has no row on either side.
    pub fn is_empty(&self) -> bool {
        self.left_rows == 0 && self.right_rows == 0
    }
}

impl ComparisonResult {
    /// Every class in report order, also those without rows; classes that need a declaration only where they occur.
    pub fn class_lines(&self) -> Vec<ClassLine> {
        let columns = self.amount_columns();
        let occurs = |class| self.classes.iter().any(|count| count.class == class && count.rows > 0);
        ComparisonClass::ALL
            .into_iter()
            .filter(|class| !class.is_declared() || occurs(*class))
            .map(|class| ClassLine {
                class: Some(class),
                title: self.class_title(class),
                keys: self.keys(class),
                left_rows: self.rows(Side::Left, class),
                right_rows: self.rows(Side::Right, class),
                amounts: columns.iter().flat_map(|column| self.amounts_of(column, Some(class))).collect(),
            })
            .collect()
    }

    /// All classes together: the populations of both sides.
    pub fn total_line(&self) -> ClassLine {
        let rows = |side| add_up(self.classes.iter().filter(|count| count.side == side));
        ClassLine {
            class: None,
            title: "Population".to_owned(),
            keys: None,
            left_rows: rows(Side::Left),
            right_rows: rows(Side::Right),
            amounts: self.amount_columns().iter().flat_map(|column| self.amounts_of(column, None)).collect(),
        }
    }

    /// What a class means, in words that name the data set where it is about one side.
    pub fn class_title(&self, class: ComparisonClass) -> String {
        match class {
            ComparisonClass::Matched => "Matched".to_owned(),
            ComparisonClass::WithinTolerance => "Within tolerance".to_owned(),
            ComparisonClass::Mismatch => "Mismatch".to_owned(),
            ComparisonClass::OnlyLeft => format!("Only in {}", self.left),
            ComparisonClass::OnlyRight => format!("Only in {}", self.right),
            ComparisonClass::DuplicateKey => "Duplicate key".to_owned(),
            ComparisonClass::NullKey => "Null in the key".to_owned(),
            ComparisonClass::Ambiguous => "Ambiguous".to_owned(),
            ComparisonClass::GroupMatched => "Matched by sum".to_owned(),
            ComparisonClass::GroupMismatch => "Sums differ".to_owned(),
        }
    }

    fn keys(&self, class: ComparisonClass) -> Option<u64> {
        match class {
            ComparisonClass::Matched => Some(self.matched),
            ComparisonClass::WithinTolerance => Some(self.within_tolerance),
            ComparisonClass::Mismatch => Some(self.mismatch),
            ComparisonClass::OnlyLeft => Some(self.only_left),
            ComparisonClass::OnlyRight => Some(self.only_right),
            ComparisonClass::DuplicateKey => Some(self.duplicate_keys),
            ComparisonClass::NullKey => None,
            ComparisonClass::Ambiguous => Some(self.details.ambiguous_keys),
            ComparisonClass::GroupMatched => Some(self.details.group_matched_keys),
            ComparisonClass::GroupMismatch => Some(self.details.group_mismatch_keys),
        }
    }

    fn rows(&self, side: Side, class: ComparisonClass) -> u64 {
        add_up(self.classes.iter().filter(|count| count.side == side && count.class == class))
    }

    /// Amount columns of both sides in pairs: by equal name, else the only one left on each side; the others alone.
    fn amount_columns(&self) -> Vec<ColumnNames> {
        let mut left = self.column_names(Side::Left);
        let mut right = self.column_names(Side::Right);
        let mut pairs = Vec::new();
        left.retain(|name| match right.iter().position(|other| other == name) {
            Some(place) => {
                right.remove(place);
                pairs.push(ColumnNames { left: Some(name.clone()), right: Some(name.clone()) });
                false
            }
            None => true,
        });
        if let ([one], [other]) = (left.as_slice(), right.as_slice()) {
            pairs.push(ColumnNames { left: Some(one.clone()), right: Some(other.clone()) });
            return pairs;
        }
        pairs.extend(left.into_iter().map(|name| ColumnNames { left: Some(name), right: None }));
        pairs.extend(right.into_iter().map(|name| ColumnNames { left: None, right: Some(name) }));
        pairs
    }

    fn column_names(&self, side: Side) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for amount in self.amounts.iter().filter(|amount| amount.side == side) {
            if !names.contains(&amount.column) {
                names.push(amount.column.clone());
            }
        }
        names
    }

    fn amounts_of(&self, columns: &ColumnNames, class: Option<ComparisonClass>) -> Vec<AmountPair> {
        let belongs = |amount: &&ClassAmount| columns.name(amount.side) == Some(amount.column.as_str());
        let mut currencies: Vec<&Currency> =
            self.amounts.iter().filter(belongs).map(|amount| &amount.currency).collect();
        currencies.sort();
        currencies.dedup();
        // Sums over no row are zero and print with as many decimals as the others.
        let scale = self.amounts.iter().filter(belongs).map(|amount| amount.amount.scale()).max().unwrap_or(0);
        let sum = |side: Side, currency: &Currency| {
            let name = columns.name(side)?;
            let of_side = |amount: &&ClassAmount| amount.side == side && amount.column == name;
            self.amounts
                .iter()
                .filter(of_side)
                .filter(|amount| amount.currency == *currency && class.is_none_or(|class| amount.class == class))
                .try_fold(Decimal::zero(scale), |sum, amount| sum.checked_add(amount.amount))
                .ok()
        };
        currencies
            .into_iter()
            .map(|currency| {
                let (left, right) = (sum(Side::Left, currency), sum(Side::Right, currency));
                let difference = left.zip(right).and_then(|(left, right)| left.checked_sub(right).ok());
                AmountPair { column: columns.title(), currency: currency.clone(), left, right, difference }
            })
            .collect()
    }
}

fn add_up<'a>(counts: impl Iterator<Item = &'a ClassCount>) -> u64 {
    counts.fold(0, |sum, count| sum.saturating_add(count.rows))
}

/// An amount column's name on each side.
struct ColumnNames {
    left: Option<String>,
    right: Option<String>,
}

impl ColumnNames {
    fn name(&self, side: Side) -> Option<&str> {
        match side {
            Side::Left => self.left.as_deref(),
            Side::Right => self.right.as_deref(),
        }
    }

    fn title(&self) -> String {
        match (&self.left, &self.right) {
            (Some(left), Some(right)) if left != right => format!("{left} / {right}"),
            (Some(name), _) | (None, Some(name)) => name.clone(),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ComparisonDetails;
    use std::collections::BTreeMap;

    fn amount(side: Side, class: ComparisonClass, column: &str, currency: &str, amount: &str) -> ClassAmount {
        let (currency, amount) = (currency.parse().unwrap(), amount.parse().unwrap());
        ClassAmount { side, class, column: column.to_owned(), currency, amount }
    }

    fn comparison(amounts: Vec<ClassAmount>) -> ComparisonResult {
        ComparisonResult {
            id: "statement-ledger".to_owned(),
            left: "statement".to_owned(),
            right: "ledger".to_owned(),
            matched: 3,
            within_tolerance: 0,
            mismatch: 0,
            only_left: 2,
            only_right: 0,
            duplicate_keys: 0,
            duplicate_rows_left: 0,
            duplicate_rows_right: 0,
            null_key_rows_left: 0,
            null_key_rows_right: 0,
            mismatch_by_column: BTreeMap::new(),
            classes: vec![
                ClassCount { side: Side::Left, class: ComparisonClass::Matched, rows: 3 },
                ClassCount { side: Side::Right, class: ComparisonClass::Matched, rows: 3 },
                ClassCount { side: Side::Left, class: ComparisonClass::OnlyLeft, rows: 2 },
            ],
            amounts,
            details: ComparisonDetails::default(),
        }
    }

    #[test]
    fn a_side_without_rows_counts_as_zero_and_the_difference_is_left_less_right() {
        let found = comparison(vec![
            amount(Side::Left, ComparisonClass::Matched, "amount", "EUR", "10.00"),
            amount(Side::Right, ComparisonClass::Matched, "booked", "EUR", "10.00"),
            amount(Side::Left, ComparisonClass::OnlyLeft, "amount", "EUR", "2.50"),
        ]);
        let lines = found.class_lines();
        let only_left = lines.iter().find(|line| line.class == Some(ComparisonClass::OnlyLeft)).unwrap();
        assert_eq!((only_left.title.as_str(), only_left.keys, only_left.right_rows), ("Only in statement", Some(2), 0));
        let [pair] = only_left.amounts.as_slice() else { panic!("one pair of columns") };
        assert_eq!(pair.column, "amount / booked");
        assert_eq!(pair.right.unwrap().to_string(), "0.00");
        assert_eq!(pair.difference.unwrap().to_string(), "2.50");
        let total = found.total_line();
        assert_eq!((total.left_rows, total.right_rows), (5, 3));
        assert_eq!(total.amounts.first().unwrap().difference.unwrap().to_string(), "2.50");
    }

    #[test]
    fn amounts_of_different_currencies_or_columns_never_add() {
        let class = ComparisonClass::Matched;
        let found = comparison(vec![
            amount(Side::Left, class, "net", "USD", "1.00"),
            amount(Side::Left, class, "net", "EUR", "2.00"),
            amount(Side::Left, class, "tax", "EUR", "4.00"),
            amount(Side::Right, class, "net", "EUR", "2.00"),
        ]);
        let total = found.total_line();
        let shown: Vec<_> = total
            .amounts
            .iter()
            .map(|pair| format!("{} {} {:?}", pair.column, pair.currency, pair.difference))
            .collect();
        assert_eq!(total.amounts.len(), 3, "{shown:?}");
        assert!(
            total.amounts.iter().any(|pair| pair.column == "tax" && pair.right.is_none() && pair.difference.is_none())
        );
    }
}
