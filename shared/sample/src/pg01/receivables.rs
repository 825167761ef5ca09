//! The customers' ledger of a company: the extract `ipe_07` and the tables behind it.
//!
//! A customer has one posting group and one business line, unless something is planted.

use jiff::civil::DateTime;

use super::balance_line::BalanceLine;
use super::books::{Books, Thing};
use super::data_set::DataSet;
use super::defect::Defect;
use super::registers::BUSLINES;
use super::table::Table;
use crate::calendar::{Calendar, day};
use crate::cell::{Cell, Cents, cells};
use crate::error::SampleError;

/// An open entry of a customer.
#[derive(Debug, Clone)]
struct Receivable {
    number: i64,
    customer: i64,
    posted: DateTime,
    due: Option<DateTime>,
    group: Option<&'static str>,
    busline: Option<&'static str>,
    original: Cents,
    open: Cents,
}

/// Customers of a company.
const CUSTOMERS: u64 = 40;

impl Books<'_> {
    /// Makes the customers and their entries.
    pub(super) fn make_receivables(&mut self) -> Result<(), SampleError> {
        let customers = CUSTOMERS.min(self.part_of_lines(40, 10));
        for customer in 0..customers {
            self.write_customer(i64::try_from(customer).unwrap_or(0))?;
        }
        for index in 0..self.part_of_lines(20, 24) {
            self.make_receivable(index, customers)?;
        }
        self.plant_receivables(customers)
    }

    fn make_receivable(&mut self, index: u64, customers: u64) -> Result<(), SampleError> {
        let calendar = *self.calendar;
        let mut entry = self.receivable(index, i64::try_from(index % customers).unwrap_or(0));
        let mut is_outside = false;
        match index {
            0 => entry.posted = calendar.last_moment(),
            1 => (entry.posted, is_outside) = (calendar.end, true),
            2 => (entry.group, is_outside) = (Some("INTERCO"), true),
            3 => (entry.group, is_outside) = (None, true),
            4 => entry.busline = None,
            5 => entry.due = Some(day(1753, 1, 1)),
            // Paid in full: nothing is open.
            6 => (entry.open, is_outside) = (Cents(0), true),
            _ => {}
        }
        self.write_receivable(&entry, is_outside)
    }

    fn receivable(&mut self, index: u64, customer: i64) -> Receivable {
        let mut chance = self.chance(Thing::Customer, index);
        let posted = chance.moment(Calendar::before(self.calendar.end, 200), self.calendar.end);
        let size = self.company.local(Cents(chance.between(500, 20_000)));
        let original = if chance.once_in(6) { Cents(-size.0 / 3) } else { size };
        let open = if chance.once_in(4) { Cents(original.0 / 2) } else { original };
        Receivable {
            number: 239_726_000 + i64::try_from(index).unwrap_or(0),
            customer,
            posted: crate::calendar::midnight(posted.date()),
            due: Some(Calendar::before(crate::calendar::midnight(posted.date()), -30)),
            group: Some(self.group_of(customer)),
            busline: Some(busline_of(customer)),
            original,
            open,
        }
    }

    fn plant_receivables(&mut self, customers: u64) -> Result<(), SampleError> {
        let mut number = self.part_of_lines(20, 24);
        let mut next = |books: &mut Self, customer: u64| {
            number += 1;
            books.receivable(number, i64::try_from(customer).unwrap_or(0))
        };
        if self.has(Defect::MultiplePostingGroups) {
            let entry = Receivable { group: Some("OM"), ..next(self, 1) };
            self.write_receivable(&entry, false)?;
            self.plant_customer(Defect::MultiplePostingGroups, &entry, Cents(0), "a second posting group");
        }
        if self.has(Defect::BusinessLineReclass) {
            let open = self.company.local(Cents(1500));
            let other = BUSLINES[0].0;
            // The customer has its own line from before; this one is the smaller.
            let entry = Receivable { busline: Some(other), original: open, open, ..next(self, 2) };
            self.write_receivable(&entry, false)?;
            let main = self.company.local(Cents(900_000));
            let own = Receivable { original: main, open: main, ..next(self, 2) };
            self.write_receivable(&own, false)?;
            self.plant_customer(Defect::BusinessLineReclass, &entry, open, "a balance in a second business line");
        }
        if self.has(Defect::DuplicateKey) {
            let entry = self.receivable(8, i64::try_from(8 % customers).unwrap_or(0));
            self.write_extract_of(&entry, false)?;
            let subject = entry.number.to_string();
            self.tally.plant(self.company, Defect::DuplicateKey, &subject, entry.open, "ipe_07 holds the entry twice");
        }
        Ok(())
    }

    fn plant_customer(&mut self, defect: Defect, entry: &Receivable, amount: Cents, detail: &str) {
        let subject = customer_no(entry.customer);
        self.tally.show(defect, subject.as_str(), amount);
        self.tally.plant(self.company, defect, &subject, amount, detail);
    }

    fn write_customer(&mut self, customer: i64) -> Result<(), SampleError> {
        let name = customer_name(customer);
        let row = cells![
            self.company.code,
            customer_no(customer),
            name,
            busline_of(customer),
            self.group_of(customer),
            stream_of(customer)
        ];
        self.out.table(Table::Customers, &row)
    }

    fn write_receivable(&mut self, entry: &Receivable, outside: bool) -> Result<(), SampleError> {
        if !outside {
            self.tally.add(BalanceLine::CustomerReceivables, entry.open);
        }
        self.write_extract_of(entry, outside)?;
        let row = self.source_of(entry);
        self.out.table(Table::CustomerEntries, &row)?;
        let company = self.company.code;
        let mut detail = |moment: DateTime, amount: Cents| {
            self.out.table(Table::DetailedCustomerEntries, &cells![company, entry.number, moment, amount])
        };
        detail(entry.posted, entry.original)?;
        if entry.open != entry.original {
            detail(entry.posted, Cents(entry.open.0 - entry.original.0))?;
        }
        // What is paid after the period does not count.
        detail(self.calendar.end, Cents(-entry.open.0))
    }

    fn write_extract_of(&mut self, entry: &Receivable, outside: bool) -> Result<(), SampleError> {
        if outside && self.out.as_extracted() {
            return Ok(());
        }
        if self.has(Defect::EmptyDataset) {
            return Ok(());
        }
        let [number, gl, document, kind, external, posted, customer, group, text, source, reason, rest @ ..] =
            self.own_cells(entry);
        let [busline, department, original, currency, original_local, is_open, due, user, destination, partner, ic] =
            rest;
        let verticals = BUSLINES.iter().find(|(code, _)| Some(*code) == entry.busline).map(|(_, names)| names);
        let vertical = |place: usize| Cell::from(verticals.map(|names| names[place]));
        let row = [
            Cell::from(self.company.code),
            Cell::from(self.company.country),
            Cell::from("Opco"),
            number,
            gl,
            document,
            kind,
            external,
            posted,
            customer,
            Cell::from(customer_name(entry.customer)),
            Cell::from(busline_of(entry.customer)),
            Cell::from(by_batch(entry)),
            Cell::from(self.group_of(entry.customer)),
            Cell::from(stream_of(entry.customer)),
            group,
            text,
            source,
            reason,
            busline,
            vertical(0),
            vertical(1),
            vertical(2),
            department,
            original,
            currency,
            original_local,
            Cell::from(entry.open),
            is_open,
            due,
            user,
            destination,
            partner,
            ic,
            Cell::from(self.due_month(entry)),
        ];
        self.out.row(DataSet::Ipe07, &row)
    }

    fn source_of<'b>(&self, entry: &'b Receivable) -> Vec<Cell<'b>> {
        let mut row = vec![Cell::from(self.company.code)];
        row.extend(self.own_cells(entry));
        row
    }

    /// The columns of the entry itself, in the order of its table.
    fn own_cells<'b>(&self, entry: &'b Receivable) -> [Cell<'b>; 22] {
        let number = entry.number;
        cells![
            number,
            number + 5_000_000,
            format!("INV-{number}"),
            if entry.original.0 < 0 { "Credit Memo" } else { "Invoice" },
            (number % 6 == 0).then_some("PO, \"urgent\""),
            entry.posted,
            customer_no(entry.customer),
            entry.group,
            ["Goods of the month", "@SUM(A1:A9)", "Services\nsecond line"][usize::try_from(number % 3).unwrap_or(0)],
            "SALES",
            None::<&str>,
            entry.busline,
            (number % 4 == 0).then_some("FIN"),
            entry.original,
            self.company.currency,
            entry.original,
            true,
            entry.due,
            if by_batch(entry) { r"JUMIA\NAV31AFR.BATCH.SRVC" } else { "NAV/7" },
            None::<&str>,
            None::<&str>,
            None::<&str>,
        ]
    }

    fn group_of(&self, customer: i64) -> &'static str {
        let groups = self.company.posting_groups;
        groups[usize::try_from(customer).unwrap_or(0) % groups.len()]
    }

    /// Debit or credit, and when it is due, seen from the cutoff.
    fn due_month(&self, entry: &Receivable) -> String {
        let side = if entry.open.0 < 0 { "Credit" } else { "Debit" };
        let due = entry.due.filter(|due| *due > day(1753, 1, 1));
        let when = match due {
            None => "without due date",
            Some(due) if due >= self.calendar.end => "not due",
            Some(due) if due >= self.calendar.month_start => "due this month",
            Some(_) => "overdue",
        };
        format!("{side} {when}")
    }
}

fn by_batch(entry: &Receivable) -> bool {
    entry.number % 2 == 0
}

fn customer_no(customer: i64) -> String {
    format!("C{:05}", customer + 1)
}

fn customer_name(customer: i64) -> String {
    format!("Customer {:05}", customer + 1)
}

/// Never the first business line, which is left for what is planted.
fn busline_of(customer: i64) -> &'static str {
    BUSLINES[usize::try_from(1 + customer % 2).unwrap_or(1)].0
}

fn stream_of(customer: i64) -> Option<&'static str> {
    (customer % 7 != 0).then_some("B2B")
}
