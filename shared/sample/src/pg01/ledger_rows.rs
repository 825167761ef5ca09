//! Ledger lines as rows: the extract `cr_03` and the tables behind it.
//!
//! What the query looks up elsewhere (company, chart of accounts, mapping) is written by `registers.rs` alike.

use super::books::Books;
use super::data_set::DataSet;
use super::ledger::Line;
use super::registers::{self, LEVELS};
use super::table::Table;
use crate::cell::{Cell, Cents, cells};
use crate::error::SampleError;

/// A ledger entry: a line with what its number makes of it.
pub(super) struct Entry {
    number: i64,
    line: Line,
    /// What is open of it: the sum of its detailed entries.
    open: Cents,
}

impl Books<'_> {
    /// Books a line of the voucher account; gives the number of its entry.
    pub(super) fn book(&mut self, line: Line) -> Result<i64, SampleError> {
        self.tally.add_line(&line);
        let entry = self.entry(line);
        self.write_extract(&entry, false)?;
        self.write_entry(&entry)?;
        let half = Cents(if entry.number % 5 == 0 { entry.open.0 / 2 } else { 0 });
        if half.0 != 0 {
            self.write_detail(&entry, half)?;
        }
        self.write_detail(&entry, Cents(entry.open.0 - half.0))?;
        Ok(entry.number)
    }

    /// Writes a line that an export with other parameters holds, and the query leaves out.
    pub(super) fn book_outside(&mut self, line: Line) -> Result<(), SampleError> {
        let entry = self.entry(line);
        self.write_extract(&entry, true)?;
        self.write_entry(&entry)?;
        self.write_detail(&entry, entry.open)
    }

    /// A line whose detailed entries cancel each other: the query leaves it out.
    pub(super) fn book_cleared(&mut self, line: Line) -> Result<(), SampleError> {
        let entry = self.entry(line);
        self.write_extract(&entry, true)?;
        self.write_entry(&entry)?;
        self.write_detail(&entry, entry.open)?;
        self.write_detail(&entry, Cents(-entry.open.0))
    }

    fn entry(&mut self, line: Line) -> Entry {
        // An entry of nothing still has something open, or the query would not find it.
        let open = if line.amount.0 == 0 { Cents(100) } else { line.amount };
        Entry { number: self.entry_no(), line, open }
    }

    fn write_extract(&mut self, entry: &Entry, outside: bool) -> Result<(), SampleError> {
        let (line, company) = (&entry.line, self.company);
        let known = registers::has_chart(company, line.account);
        let when_known = |text: &'static str| known.then_some(text);
        let levels = if known && line.account == "18412" { LEVELS.map(Some) } else { [None; 3] };
        let own = own_cells(entry);
        let [number, document, external, voucher, posted, dated, kind, account, description, amount, rest @ ..] = own;
        let [busline, department, balancing, balancing_no, balancing_name, reason, source, reversed, user, rest @ ..] =
            rest;
        let [created, destination, partner, system, source_type, source_no, ic, vendor, customer, service, comment] =
            rest;
        let name = when_known(registers::account_name(line.account));
        let back_margin = is_back_margin(&line.description).then_some("BackMargin");
        let row = [
            Cell::from(company.code),
            Cell::from(company.country),
            Cell::from(true),
            Cell::from("Opco"),
            number,
            document,
            external,
            voucher,
            posted,
            dated,
            kind,
            account,
            Cell::from(name),
            Cell::from(when_known(line.account)),
            Cell::from(name),
            description,
            amount,
            Cell::from(entry.open),
            busline,
            department,
            balancing,
            balancing_no,
            balancing_name,
            reason,
            source,
            reversed,
            user,
            created,
            destination,
            partner,
            system,
            source_type,
            source_no,
            ic,
            vendor,
            customer,
            service,
            Cell::from(levels[0]),
            Cell::from(levels[1]),
            Cell::from(levels[2]),
            Cell::from(back_margin),
            comment,
        ];
        self.out.put(DataSet::Cr03, &row, outside)
    }

    fn write_entry(&mut self, entry: &Entry) -> Result<(), SampleError> {
        if !self.out.as_extracted() {
            return Ok(());
        }
        let mut row = vec![Cell::from(self.company.code)];
        row.extend(own_cells(entry));
        self.out.table(Table::LedgerEntries, &row)
    }

    fn write_detail(&mut self, entry: &Entry, amount: Cents) -> Result<(), SampleError> {
        let line = &entry.line;
        let row = cells![self.company.code, entry.number, line.account, line.posted, amount];
        self.out.table(Table::DetailedLedgerEntries, &row)
    }
}

/// The columns of the entry itself, in the order of its table.
fn own_cells(entry: &Entry) -> [Cell<'_>; 30] {
    let (line, number) = (&entry.line, entry.number);
    let by_batch = line.user.is_some_and(|user| user.to_ascii_uppercase().contains("BATCH"));
    let busline = ["BL01", "BL02", "BL03"][usize::try_from(number % 3).unwrap_or(0)];
    let balancing_name = line.balancing.map(|_| "House bank");
    cells![
        number,
        &line.document_no,
        (number % 7 == 0).then_some("EXT-7"),
        line.voucher_no.as_ref(),
        line.posted,
        line.posted,
        line.document_type,
        line.account,
        line.description.as_ref(),
        line.amount,
        busline,
        (number % 4 == 0).then_some("FIN"),
        line.balancing,
        line.balancing.map(|_| "BANK-01"),
        balancing_name,
        None::<&str>,
        if by_batch { "BATCH" } else { "GENJNL" },
        false,
        line.user,
        line.posted.date().at(8, 15, 0, 0),
        None::<&str>,
        (number % 11 == 0).then_some("P-11"),
        by_batch,
        line.balancing.map(|_| "Bank Account"),
        None::<&str>,
        None::<&str>,
        None::<&str>,
        None::<&str>,
        (number % 13 == 0).then_some("2025-M1"),
        line.comment,
    ]
}

/// Whether the words of a description say that it is about back margin.
fn is_back_margin(description: &str) -> bool {
    description
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| word.eq_ignore_ascii_case("BM") || word.eq_ignore_ascii_case("BACKMARGIN"))
}
