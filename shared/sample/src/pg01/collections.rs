//! Cash that partners collected and did not hand over yet: the extract `ipe_31` in its four branches.
//!
//! Each branch has cases at the edge of its rules; the query must leave some of them out.

use jiff::civil::DateTime;

use super::balance_line::BalanceLine;
use super::books::{Books, Thing};
use super::data_set::DataSet;
use super::table::Table;
use crate::calendar::Calendar;
use crate::cell::{Cents, cells};
use crate::error::SampleError;

/// An open cash transaction.
struct Collected {
    branch: &'static str,
    number: i64,
    moment: DateTime,
    partner: &'static str,
    kind: &'static str,
    amount: Cents,
    /// Why the query leaves it out, if it does.
    is_outside: bool,
}

/// A partner that collects cash.
struct Partner {
    name: &'static str,
    kind: &'static str,
    /// Its name in the ledger.
    ledger_name: Option<&'static str>,
    /// The service provider of its hub.
    provider: Option<&'static str>,
    /// The ledger account of its bank account.
    bank: Option<&'static str>,
}

const PARTNERS: [Partner; 4] = [
    partner("Swift Riders", "3PL", Some("SWIFT"), Some("Swift Logistics"), Some("10012")),
    partner("Own fleet", "Internal", Some("OWN"), Some("Own"), Some("10011")),
    partner("Mobile Money", "Payment provider", Some("MOMO"), None, None),
    partner("Pickup, \"Central\"", "Hub", None, Some("Hub services"), None),
];

const fn partner(
    name: &'static str,
    kind: &'static str,
    ledger_name: Option<&'static str>,
    provider: Option<&'static str>,
    bank: Option<&'static str>,
) -> Partner {
    Partner { name, kind, ledger_name, provider, bank }
}

impl Books<'_> {
    /// Writes the partners and makes their open transactions.
    pub(super) fn make_collections(&mut self) -> Result<(), SampleError> {
        let company = self.company.code;
        for Partner { name, kind, ledger_name, provider, bank } in PARTNERS {
            self.out.table(Table::CollectionPartners, &cells![company, name, kind, ledger_name])?;
            if provider.is_some() {
                self.out.table(Table::Hubs, &cells![company, name, provider])?;
            }
            if let Some(bank) = bank {
                self.out.table(Table::BankAccounts, &cells![company, format!("B-{bank}"), ledger_name, bank])?;
                self.out.table(Table::BankAccountPostingGroups, &cells![company, bank, bank])?;
            }
        }
        // A partner's second bank account, on the ledger account that never counts.
        self.out.table(Table::BankAccounts, &cells![company, "B-10058", "SWIFT", "10058"])?;
        self.out.table(Table::BankAccountPostingGroups, &cells![company, "10058", "10058"])?;
        for index in 0..self.part_of_lines(30, 32) {
            match index % 8 {
                0..=4 => self.make_open(index)?,
                5 => self.make_reallocated(index)?,
                6 => self.make_list(index)?,
                _ => self.make_deposit(index)?,
            }
        }
        Ok(())
    }

    fn collected(&self, index: u64, branch: &'static str, kind: &'static str) -> Collected {
        let mut chance = self.chance(Thing::Collection, index);
        let moment = chance.moment(Calendar::before(self.calendar.end, 20), self.calendar.end);
        let partner = chance.pick(&PARTNERS).name;
        let amount = self.company.local(Cents(chance.between(300, 30_000)));
        let number = 4_000_000 + i64::try_from(index).unwrap_or(0);
        Collected { branch, number, moment, partner, kind, amount, is_outside: false }
    }

    /// A transaction that is on no list yet, or on one that waits.
    fn make_open(&mut self, index: u64) -> Result<(), SampleError> {
        let (end, last) = (self.calendar.end, self.calendar.on_last_day(17, 30, 0));
        let kinds = ["Delivery", "Refund", "Transfer to", "Third Party Collection", "Payment - Rev"];
        let mut it = self.collected(index, "open", kinds[usize::try_from(index % 5).unwrap_or(0)]);
        if it.kind == "Refund" {
            it.amount = Cents(-it.amount.0);
        }
        let mut packed: Option<(i64, DateTime, &str, Option<Cents>)> = None;
        match index {
            0 => (it.moment, it.is_outside) = (end, true),
            1 => it.moment = self.calendar.last_moment(),
            8 => (packed, it.is_outside) = (Some((1, last, "closed", Some(it.amount))), true),
            9 => packed = Some((2, end, "closed", Some(it.amount))),
            16 => packed = Some((3, last, "waitingApproval", None)),
            17 => packed = Some((4, last, "waitingConfirmation", None)),
            24 => (packed, it.is_outside) = (Some((5, last, "waitingConfirmation", Some(it.amount))), true),
            25 => (it.kind, it.is_outside) = ("Payment Charges", true),
            _ => {}
        }
        let deposit = self.deposit_of(&it, index)?;
        // The transaction is made two days before the deposit that dates it.
        let created = if deposit.is_some() { Calendar::before(it.moment, 2) } else { it.moment };
        let row = cells![
            self.company.code,
            it.number,
            it.partner,
            it.kind,
            related(&it),
            it.amount,
            created,
            deposit,
            packed.map(|list| list.0),
            packed.map(|list| list.1),
            packed.map(|list| list.2),
            packed.and_then(|list| list.3),
        ];
        self.out.table(Table::CashTransactions, &row)?;
        self.write_collected(&it)
    }

    /// The deposit that dates a transaction of this kind, which every second one has.
    fn deposit_of(&mut self, it: &Collected, index: u64) -> Result<Option<i64>, SampleError> {
        let kind = match it.kind {
            "Transfer to" => "Transfer",
            "Third Party Collection" | "Payment - Rev" => "Payment",
            _ => return Ok(None),
        };
        if index % 2 == 1 {
            return Ok(None);
        }
        let number = it.number + 1_000_000;
        let (paid, reversed) = if it.kind == "Payment - Rev" {
            (Calendar::before(it.moment, 1), Some(it.moment))
        } else {
            (it.moment, None)
        };
        // Applied in full, so that the deposit itself is not open.
        let row = cells![
            self.company.code,
            number,
            it.partner,
            kind,
            "closed",
            paid,
            reversed,
            it.amount,
            Cents(0),
            it.amount,
            it.amount
        ];
        self.out.table(Table::CashDeposits, &row)?;
        Ok(Some(number))
    }

    /// A transaction that was moved to another partner only after the period.
    fn make_reallocated(&mut self, index: u64) -> Result<(), SampleError> {
        let mut it = self.collected(index, "reallocated", "Reallocation From");
        let moved = if index == 13 { self.calendar.on_last_day(12, 0, 0) } else { self.calendar.after_end(5) };
        it.is_outside = index == 13;
        let row = cells![
            self.company.code,
            it.number,
            it.partner,
            PARTNERS[1].name,
            related(&it),
            it.amount,
            it.moment,
            moved
        ];
        self.out.table(Table::Reallocations, &row)?;
        self.write_collected(&it)
    }

    /// A list of packages of which not everything is paid; two payments, one of them after the period.
    fn make_list(&mut self, index: u64) -> Result<(), SampleError> {
        let mut it = self.collected(index, "list_in_progress", "Translist in progress");
        let received = it.amount;
        let (paid, charges) = (Cents(received.0 / 4), Cents(received.0 / 100));
        it.amount = Cents(received.0 - paid.0 - charges.0);
        let status = ["inProgress", "closed", "waitingConfirmation"][usize::try_from(index % 3).unwrap_or(0)];
        it.is_outside = matches!(index, 14 | 22);
        let payments =
            [(1, self.calendar.on_last_day(23, 0, 0), paid), (2, self.calendar.end, Cents(received.0 - paid.0))];
        for (number, moment, amount) in payments {
            let row = cells![
                self.company.code,
                it.number,
                it.partner,
                it.moment,
                if index == 22 { "open" } else { status },
                received,
                received,
                it.number * 10 + number,
                moment,
                amount,
                if number == 1 { charges } else { Cents(0) },
            ];
            self.out.table(Table::PackListPayments, &row)?;
        }
        if index == 14 {
            self.force_closed(it.number, "list")?;
        }
        self.write_collected(&it)
    }

    /// A payment of a partner that is not applied in full.
    fn make_deposit(&mut self, index: u64) -> Result<(), SampleError> {
        let kind = if index % 16 == 7 { "Payment" } else { "Transfer" };
        let mut it = self.collected(index, "payment_in_progress", kind);
        let (paid, charges) = (it.amount, Cents(it.amount.0 / 50));
        let applied = Cents(paid.0 / 3);
        it.amount = Cents(-(paid.0 + charges.0 - applied.0));
        it.is_outside = index == 15;
        let (company, none) = (self.company.code, None::<DateTime>);
        let row = cells![
            company,
            it.number,
            it.partner,
            kind,
            "inProgress",
            it.moment,
            none,
            paid,
            charges,
            applied,
            Some(applied)
        ];
        self.out.table(Table::CashDeposits, &row)?;
        if it.is_outside {
            self.force_closed(it.number, "deposit")?;
        }
        self.write_collected(&it)
    }

    fn force_closed(&mut self, number: i64, kind: &'static str) -> Result<(), SampleError> {
        let row = cells![self.company.code, number, kind, self.calendar.on_last_day(18, 0, 0)];
        self.out.table(Table::CollectionAdjustments, &row)
    }

    fn write_collected(&mut self, it: &Collected) -> Result<(), SampleError> {
        let partner = PARTNERS.iter().find(|partner| partner.name == it.partner).unwrap_or(&PARTNERS[0]);
        let row = cells![
            self.company.code,
            it.moment,
            it.partner,
            it.kind,
            related(it),
            it.amount,
            partner.provider,
            partner.kind,
            partner.ledger_name,
            self.company.country,
            crate::calendar::midnight(self.calendar.cutoff),
            partner.bank,
            format!("{}-{}", it.branch, it.number),
            it.branch,
        ];
        if it.is_outside {
            // Beyond its window the extract has no rule that is applied again: no export holds such a row.
            return if it.moment < self.calendar.end { Ok(()) } else { self.out.outside(DataSet::Ipe31, &row) };
        }
        self.tally.add(BalanceLine::Collections, it.amount);
        self.out.row(DataSet::Ipe31, &row)
    }
}

/// What a transaction is about, where its source says it.
fn related(it: &Collected) -> Option<String> {
    matches!(it.branch, "open" | "reallocated").then(|| format!("P{}", 8_000_000 + it.number % 1000))
}
