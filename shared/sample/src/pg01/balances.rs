//! The ledger's balances, `cr_04`: what the operational data sets ask for, the bridges, and what was planted.
//!
//! Written last, for every cell must tie to what was made before it.

use super::balance_line::BalanceLine;
use super::books::{Books, Thing};
use super::data_set::DataSet;
use super::defect::Defect;
use super::table::Table;
use crate::calendar::{Calendar, midnight};
use crate::cell::{Cents, Rate, cells};
use crate::error::SampleError;

/// A slice of a balance.
struct Slice<'a> {
    account: (&'static str, &'static str),
    currency: &'a str,
    busline: &'static str,
    partner: Option<&'static str>,
    amount: Cents,
    closing: jiff::civil::DateTime,
}

impl Books<'_> {
    /// Plants what is unexplained, then writes the balances of all lines.
    pub(super) fn make_balances(&mut self) -> Result<(), SampleError> {
        if self.has(Defect::NoActuals) {
            return Ok(());
        }
        for line in BalanceLine::ALL {
            let actual = i64::try_from(self.tally.actual(line)).unwrap_or(i64::MAX);
            // A line without anything has no balance row either.
            if self.tally.sources.contains_key(&line) || actual != 0 {
                self.write_line(line, Cents(actual))?;
            }
        }
        self.write_others()
    }

    fn write_line(&mut self, line: BalanceLine, actual: Cents) -> Result<(), SampleError> {
        for (account, amount) in line.accounts().iter().zip(shares(actual, line.accounts().len())) {
            self.write_account(*account, amount)?;
        }
        Ok(())
    }

    /// Slices of an account's balance, and the same balance once more in dollars.
    fn write_account(&mut self, account: (&'static str, &'static str), amount: Cents) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Collection, 900_000);
        let first = Cents(amount.0 / 5 * i64::from(chance.below(4)));
        let closing = midnight(self.calendar.cutoff);
        let currency = self.company.currency;
        let parts = [
            ("BL01", None, first),
            ("BL02", Some("P-11"), Cents(amount.0 / 7)),
            ("BL03", None, Cents(amount.0 - first.0 - amount.0 / 7)),
        ];
        for (busline, partner, amount) in parts {
            self.write_slice(&Slice { account, currency, busline, partner, amount, closing }, false)?;
        }
        let dollars = Cents(amount.0 / (self.company.rate.0 / 10_000).max(1));
        let slice = Slice { account, currency: "USD", busline: "BL01", partner: None, amount: dollars, closing };
        self.write_slice(&slice, false)
    }

    /// What the query leaves out, and two equal slices where a possible duplicate is to be seen.
    fn write_others(&mut self) -> Result<(), SampleError> {
        let account = BalanceLine::VoucherLiability.accounts()[0];
        let closing = midnight(self.calendar.cutoff);
        let (currency, amount) = (self.company.currency, Cents(777_700));
        let slice = Slice { account, currency, busline: "BL02", partner: None, amount, closing };
        self.write_slice(&Slice { closing: self.calendar.end, ..slice }, true)?;
        let earlier = Calendar::before(self.calendar.month_start, 1);
        let slice = Slice { account, currency, busline: "BL02", partner: None, amount, closing: earlier };
        self.write_slice(&slice, true)?;
        let bank = Slice { account: ("10012", "Bank of the partners"), closing, ..slice };
        self.write_slice(&bank, true)?;
        if self.has(Defect::PossibleDuplicate) {
            // Both count; a third takes them back, so that the balance still ties.
            let slice = |busline, amount| Slice { account, currency, busline, partner: None, amount, closing };
            for (busline, amount) in [("BL09", amount), ("BL09", amount), ("BL08", Cents(-2 * amount.0))] {
                self.write_slice(&slice(busline, amount), false)?;
            }
            self.tally.show(Defect::PossibleDuplicate, account.0, amount);
            let detail = "two slices of the voucher account are alike in every column";
            self.tally.plant(self.company, Defect::PossibleDuplicate, account.0, amount, detail);
        }
        Ok(())
    }

    fn write_slice(&mut self, slice: &Slice<'_>, outside: bool) -> Result<(), SampleError> {
        let company = self.company;
        let is_stale = self.has(Defect::StaleSource);
        let refreshed = if is_stale { self.calendar.on_last_day(20, 0, 0) } else { self.calendar.after_end(30) };
        let name = company.name();
        let conso = format!("{}0", slice.account.0);
        let row = cells![
            company.code,
            name.as_str(),
            company.country,
            company.country_name,
            slice.closing,
            refreshed,
            slice.account.0,
            slice.account.1,
            slice.account.0,
            slice.currency,
            if slice.currency == "USD" { Rate(10_000) } else { company.rate },
            slice.amount,
            slice.busline,
            company.country,
            company.country_name,
            slice.partner,
            None::<&str>,
            false,
            false,
            conso,
            slice.account.1,
            "Balance sheet",
            "Current items",
            slice.account.1,
            false,
        ];
        self.out.table(Table::Balances, &row)?;
        self.out.put(DataSet::Cr04, &row, outside)
    }
}

/// A line's balance on its accounts: most of it on the first; the last of three is an allowance, on the other side.
fn shares(actual: Cents, accounts: usize) -> Vec<Cents> {
    let part = actual.0 / 10;
    match accounts {
        1 => vec![actual],
        2 => vec![Cents(actual.0 - part), Cents(part)],
        _ => vec![Cents(actual.0 - part), Cents(part + part / 5), Cents(-(part / 5))],
    }
}
