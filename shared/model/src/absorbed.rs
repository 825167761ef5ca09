//! What a tolerance absorbed, in words: the same for reason, page, message and terminal.
//!
//! A total without a currency is a number or days; only its column says which, so none is written behind it.

use crate::{Absorbed, Decimal, counted};

impl Absorbed {
    /// The total, with its currency where there is one: `EUR 12.34`.
    pub fn total_text(&self) -> String {
        self.text_of(self.total)
    }

    /// The total and, where it is over one, the cap: `EUR 120.00, over its cap of EUR 100.00`.
    pub fn total_and_cap(&self) -> String {
        format!("{}{}", self.total_text(), self.over_its_cap())
    }

    /// Column, total, keys and, where the total is over one, the cap: `amount: EUR 12.34 in 5 keys`.
    pub fn sentence(&self) -> String {
        let (total, keys) = (self.total_text(), counted(self.keys, "key"));
        format!("{}: {total} in {keys}{}", self.column, self.over_its_cap())
    }

    fn over_its_cap(&self) -> String {
        let cap = self.cap.filter(|_| self.over_cap);
        cap.map(|cap| format!(", over its cap of {}", self.text_of(cap))).unwrap_or_default()
    }

    fn text_of(&self, amount: Decimal) -> String {
        match &self.currency {
            Some(currency) => format!("{currency} {}", amount.grouped()),
            None => amount.grouped(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_is_named_where_the_total_is_over_it() {
        let mut absorbed = Absorbed {
            column: "amount".to_owned(),
            currency: "EUR".parse().ok(),
            keys: 1_200,
            total: "1100.00".parse().unwrap(),
            cap: "1000".parse().ok(),
            over_cap: true,
        };
        assert_eq!(absorbed.sentence(), "amount: EUR 1,100.00 in 1,200 keys, over its cap of EUR 1,000");
        assert_eq!(absorbed.total_and_cap(), "EUR 1,100.00, over its cap of EUR 1,000");
        absorbed.over_cap = false;
        absorbed.currency = None;
        assert_eq!(absorbed.sentence(), "amount: 1,100.00 in 1,200 keys");
        assert_eq!(absorbed.total_and_cap(), "1,100.00");
    }
}
