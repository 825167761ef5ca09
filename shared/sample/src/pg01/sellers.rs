//! Transactions of sellers that are on no statement yet: the extract `ipe_11`, whose line is off by default.

use super::books::{Books, Thing};
use super::data_set::DataSet;
use super::table::Table;
use crate::calendar::Calendar;
use crate::cell::{Cents, cells};
use crate::error::SampleError;

/// Kinds of transactions, with what the group calls them.
const KINDS: [(&str, &str, &str); 3] = [
    ("Commission", "Revenues", "Commissions"),
    ("Shipping fee", "Revenues", "Logistics"),
    ("Item price credit", "Payables", "Sellers"),
];

impl Books<'_> {
    /// Writes the sellers and makes their transactions.
    pub(super) fn make_seller_transactions(&mut self) -> Result<(), SampleError> {
        let company = self.company.code;
        for (kind, first, second) in KINDS {
            let row = cells![company, kind, first, second, "Level 3", None::<&str>];
            self.out.table(Table::SellerTransactionTypes, &row)?;
        }
        for seller in 0..4_i64 {
            self.out.table(Table::Vendors, &cells![company, seller, seller_name(seller)])?;
        }
        let ends = [self.calendar.on_last_day(20, 0, 0), self.calendar.end];
        for (number, end) in (1_i64..).zip(ends) {
            let row = cells![company, number, format!("ST-{number}"), end];
            self.out.table(Table::AccountStatements, &row)?;
        }
        for index in 0..self.part_of_lines(200, 12) {
            self.make_seller_transaction(index)?;
        }
        Ok(())
    }

    fn make_seller_transaction(&mut self, index: u64) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Seller, index);
        let number = 6_000_000 + i64::try_from(index).unwrap_or(0);
        let mut created = chance.moment(self.calendar.month_start, self.calendar.end);
        let mut kind = KINDS[usize::try_from(index % 2).unwrap_or(0)];
        let mut statement = None;
        match index {
            0 => created = self.calendar.end,
            1 => created = Calendar::before(self.calendar.month_start, 1),
            2 => statement = Some(1_i64),
            3 => statement = Some(2),
            4 => kind = KINDS[2],
            _ => {}
        }
        let is_outside = matches!(index, 0 | 1 | 2 | 4);
        let (seller, amount) = (number % 5, self.company.local(Cents(chance.between(20, 900))));
        let order = format!("3{number}");
        let source = cells![self.company.code, number, seller, kind.0, created, &order, amount, statement];
        self.out.table(Table::SellerTransactions, &source)?;
        let own_order = number % 3 == 0;
        if own_order {
            self.out.table(Table::StatementTransactions, &cells![self.company.code, number, &order])?;
        }
        let row = cells![
            self.company.code,
            created,
            number,
            seller,
            (seller < 4).then(|| seller_name(seller)),
            kind.0,
            own_order.then_some(&order),
            amount,
            statement,
            statement.map(|_| self.calendar.end),
            kind.1,
            kind.2,
            "Level 3",
            None::<&str>,
        ];
        // A statement and a kind are judged by the query alone.
        if matches!(index, 2 | 4) { Ok(()) } else { self.out.put(DataSet::Ipe11, &row, is_outside) }
    }
}

fn seller_name(seller: i64) -> String {
    format!("Seller {seller:03}")
}
