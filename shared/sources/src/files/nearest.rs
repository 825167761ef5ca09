//! The nearest name to one that was not found, for the cure of a refusal.
//!
//! Only a name that differs by a slip of the keyboard is told: anything further could be a cell's content.

/// The name nearest to `wanted` by letters, whatever their case; the first of several as near; `None` when all are far.
pub(super) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let tolerated = (wanted.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::osa_distance(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= tolerated && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_is_near_and_another_word_is_not() {
        let names = ["ledger.csv", "Statement.csv", "statement.csv.gz"];
        assert_eq!(nearest("statement.csv", names), Some("Statement.csv"));
        assert_eq!(nearest("ledgers.csv", names), Some("ledger.csv"));
        assert_eq!(nearest("Amount", ["Jane Doe", "Amuont"]), Some("Amuont"));
        assert_eq!(nearest("Amount", ["Jane Doe", "x"]), None);
        assert_eq!(nearest("a", ["b"]), None);
    }
}
