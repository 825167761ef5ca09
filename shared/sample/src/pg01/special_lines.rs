//! Ledger lines that no voucher asks for: texts that mean harm, lines at the edge of a rule, and what is planted.

use super::books::{Books, Thing};
use super::defect::Defect;
use super::ledger::Line;
use crate::calendar::Calendar;
use crate::cell::Cents;
use crate::error::SampleError;

/// Descriptions that a careless program would run, cut or garble; none holds a word of a rule.
const HOSTILE: [&str; 8] = [
    "=cmd|' /c calc'!A1",
    "+1+1",
    "@SUM(A1:A9)",
    "-2+3; \"quoted\", with a comma",
    "two\r\nlines",
    "<script>alert(1)</script>",
    "'; DROP TABLE ledger; --",
    "\u{642}\u{633}\u{64a}\u{645}\u{629} \u{2014} \u{1f381} e\u{301}te\u{301}",
];

impl Books<'_> {
    /// Makes the lines that no voucher asks for.
    pub(super) fn make_special_lines(&mut self) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Special, 2);
        let moment = self.calendar.on_last_day(15, 0, 0);
        let small = self.company.local(Cents(700));
        for rule in ["iss_int_other", "iss_man_other", "iss_man_other"] {
            let line = Line::for_rule(rule, moment, Cents(-small.0), &mut chance);
            self.book(line)?;
        }
        for rule in ["exp_other", "no_rule", "zero_amount", "vtc_gtb", "use_int_phrase"] {
            let line = Line::for_rule(rule, moment, small, &mut chance);
            self.book(line)?;
        }
        for text in HOSTILE {
            let line = Line::for_rule("no_rule", moment, Cents(small.0 / 3), &mut chance);
            self.book(Line { description: text.into(), ..line })?;
        }
        let line = Line::for_rule("no_rule", moment, Cents(small.0 / 2), &mut chance);
        self.book(Line { description: "BM rebate".into(), ..line })?;
        // A closing entry of the ledger is one second before midnight, and inside its day.
        let line = Line::for_rule("no_rule", moment, Cents(small.0 / 4), &mut chance);
        self.book(Line { posted: self.calendar.on_last_day(23, 59, 59), ..line })?;
        self.make_lines_outside()?;
        self.plant_lines()
    }

    fn make_lines_outside(&mut self) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Special, 3);
        let amount = self.company.local(Cents(1000));
        let year_before = Calendar::before(self.calendar.year_start, 1).date().at(23, 59, 59, 0);
        for posted in [self.calendar.end, year_before] {
            let line = Line::for_rule("iss_int_refund", self.calendar.end, Cents(-amount.0), &mut chance);
            self.book_outside(Line { posted, ..line })?;
        }
        let line = Line::for_rule("use_int_phrase", self.calendar.on_last_day(1, 0, 0), amount, &mut chance);
        self.book_outside(Line { account: "13011", ..line })?;
        self.book_cleared_line(amount)
    }

    /// Only the tables have it: everything about it cancels.
    fn book_cleared_line(&mut self, amount: Cents) -> Result<(), SampleError> {
        if !self.out.as_extracted() {
            return Ok(());
        }
        let mut chance = self.chance(Thing::Special, 4);
        let line = Line::for_rule("iss_int_refund", self.calendar.on_last_day(2, 0, 0), amount, &mut chance);
        self.book_cleared(line)
    }

    fn plant_lines(&mut self) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Special, 5);
        let moment = self.calendar.on_last_day(16, 0, 0);
        if self.has(Defect::UnclassifiedVoucherLine) {
            let dollars = if self.company.code == "JM_EG" { 501_234 } else { 51_234 };
            let line = Line::for_rule("no_rule", moment, self.company.local(Cents(dollars)), &mut chance);
            let line = Line { description: "=HYPERLINK(\"https://example.invalid\")".into(), ..line };
            self.plant_line(Defect::UnclassifiedVoucherLine, line, "no rule knows it, and it is large")?;
        }
        if self.has(Defect::VoucherBucketOverThreshold) {
            let amount = self.company.local(Cents(111_111));
            let line = Line::for_rule("iss_man_refund", moment, Cents(-amount.0), &mut chance);
            self.book(line)?;
            let (defect, detail) = (Defect::VoucherBucketOverThreshold, "booked as issued, and no voucher was");
            self.tally.plant(self.company, defect, "Issuance Refund", Cents(-amount.0), detail);
        }
        Ok(())
    }
}
