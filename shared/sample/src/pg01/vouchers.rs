//! The vouchers of a company and the ledger lines about them: stories told in turn until the ledger is full.

use super::books::{Books, Thing};
use super::ledger::Line;
use super::role::{CYCLE, Story, Teller};
use super::voucher::{Use, Voucher};
use crate::cell::Cents;
use crate::error::SampleError;

/// The first number of a plain voucher; those at the edge of a rule have smaller ones.
const FIRST: i64 = 1_000_001;
/// The most lines of one story.
const LONGEST: u64 = 16;
/// Uses of a voucher that is used up: few in a small sample, so that every story fits.
const USES: (usize, usize) = (2, 12);
/// Lines of a company from which it counts as large.
const LARGE: u64 = 1000;

impl Books<'_> {
    /// Makes all vouchers, and as many ledger lines as the company is to have.
    pub(super) fn make_vouchers(&mut self) -> Result<(), SampleError> {
        self.make_special_vouchers()?;
        self.make_special_lines()?;
        let mut told: u64 = 0;
        while self.lines_left() >= LONGEST {
            let role = CYCLE[usize::try_from(told % CYCLE.len() as u64).unwrap_or(0)];
            let id = FIRST + i64::try_from(told).unwrap_or(0);
            let mut teller = self.teller(Thing::Voucher, told);
            let story = teller.tell(role, id);
            self.keep(story, &mut teller)?;
            told += 1;
        }
        self.fill(FIRST + i64::try_from(told).unwrap_or(0))
    }

    /// Who tells the story of this number.
    pub(super) fn teller(&self, thing: Thing, index: u64) -> Teller {
        let uses = if self.lines < LARGE { USES.0 } else { USES.1 };
        Teller { company: *self.company, calendar: *self.calendar, uses, chance: self.chance(thing, index) }
    }

    /// Writes a voucher and books its lines.
    pub(super) fn keep(&mut self, story: Story, teller: &mut Teller) -> Result<(), SampleError> {
        let booked = story.lines.iter().any(Line::is_withdrawal);
        self.tally.add_voucher(&story.voucher, booked, self.calendar);
        self.write_voucher(&story.voucher, &mut teller.chance)?;
        for line in story.lines {
            self.book(line)?;
        }
        Ok(())
    }

    /// One more voucher, issued before the year, whose uses are the lines that are still missing.
    fn fill(&mut self, id: i64) -> Result<(), SampleError> {
        let missing = usize::try_from(self.lines_left()).unwrap_or(0);
        if missing == 0 {
            return Ok(());
        }
        let mut teller = self.teller(Thing::Special, 999);
        let created = self.calendar.timing_start.min(self.calendar.year_start);
        let created = crate::calendar::Calendar::before(created, 40);
        let mut voucher = Voucher::new(id, Use::StoreCredit, created, self.company.local(Cents(9000)));
        teller.use_up(&mut voucher, missing);
        let lines = teller.usage_lines(&voucher);
        self.keep(Story { voucher, lines }, &mut teller)
    }
}
