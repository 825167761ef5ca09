//! The books of one company while its part of the sample is made.
//!
//! Numbers of entries and items begin anew in every company, so that the same number means different things in two.

use super::company::Company;
use super::defect::Defect;
use super::outputs::Outputs;
use super::tally::Tally;
use crate::calendar::Calendar;
use crate::chance::Chance;

/// What is numbered and random on its own.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(super) enum Thing {
    Voucher = 1,
    Special,
    Customer,
    Prepayment,
    Package,
    Refund,
    Collection,
    Seller,
}

/// The books of one company.
pub(super) struct Books<'a> {
    pub(super) company: &'a Company,
    pub(super) calendar: &'a Calendar,
    pub(super) seed: u64,
    /// Ledger lines that the company is to have.
    pub(super) lines: u64,
    /// What is planted in this company.
    pub(super) defects: Vec<Defect>,
    pub(super) out: &'a mut Outputs,
    pub(super) tally: Tally,
    next_entry: i64,
    next_item: i64,
}

impl<'a> Books<'a> {
    pub(super) fn open(
        company: &'a Company,
        calendar: &'a Calendar,
        seed: u64,
        lines: u64,
        defects: Vec<Defect>,
        out: &'a mut Outputs,
    ) -> Self {
        let tally = Tally::default();
        Self { company, calendar, seed, lines, defects, out, tally, next_entry: 239_700_000, next_item: 50_000_000 }
    }

    /// The numbers of one thing.
    pub(super) fn chance(&self, thing: Thing, index: u64) -> Chance {
        Chance::of(self.seed, self.company.code, thing as u64, index)
    }

    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// The number of the next ledger entry.
    pub(super) fn entry_no(&mut self) -> i64 {
        self.next_entry += 1;
        self.next_entry
    }

    /// Ledger lines that are still to be made.
    pub(super) fn lines_left(&self) -> u64 {
        let made: u64 = self.tally.coverage.values().map(|(lines, _)| lines).sum();
        self.lines.saturating_sub(made)
    }

    /// The number of the next order item.
    pub(super) fn item_no(&mut self) -> i64 {
        self.next_item += 1;
        self.next_item
    }

    /// A part of the company's ledger lines, and never none: the size of another data set.
    pub(super) fn part_of_lines(&self, one_in: u64, at_least: u64) -> u64 {
        (self.lines / one_in).max(at_least)
    }
}
