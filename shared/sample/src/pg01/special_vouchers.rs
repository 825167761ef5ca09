//! Vouchers at the edge of a rule, and those in which something is planted.
//!
//! They have numbers below those of plain vouchers, the same in every company.

use jiff::civil::DateTime;

use super::balance_line::BalanceLine;
use super::books::{Books, Thing};
use super::defect::Defect;
use super::ledger::{self, Line};
use super::role::{Story, Teller};
use super::voucher::{Usage, Use, Voucher};
use crate::calendar::{Calendar, day, midnight};
use crate::cell::Cents;
use crate::error::SampleError;

impl Books<'_> {
    /// Makes the vouchers at the edge of a rule, then what is planted.
    pub(super) fn make_special_vouchers(&mut self) -> Result<(), SampleError> {
        self.make_vouchers_outside()?;
        self.make_moments()?;
        self.make_expiries()?;
        self.make_uses()?;
        self.plant_vouchers()
    }

    /// Created before the window and after it: the first is known by its use only.
    fn make_vouchers_outside(&mut self) -> Result<(), SampleError> {
        let mut teller = self.teller(Thing::Special, 1);
        let mut known_by_use = self.voucher(500_001, Use::StoreCredit, day(2016, 6, 1));
        teller.use_up(&mut known_by_use, 1);
        self.keep_outside(&known_by_use, &mut teller)?;
        let late = self.voucher(500_002, Use::Refund, self.calendar.end);
        self.write_voucher_outside(&late)?;
        let first_excluded = self.voucher(500_003, Use::Refund, day(2016, 12, 31));
        self.write_voucher_outside(&first_excluded)
    }

    /// Created and withdrawn at the first and the last moments of their windows.
    fn make_moments(&mut self) -> Result<(), SampleError> {
        let calendar = *self.calendar;
        let last_day = self.voucher(900_001, Use::Refund, calendar.on_last_day(16, 40, 0));
        self.keep_issued(last_day)?;
        let withdrawn = [
            (900_002, calendar.last_moment()),
            (900_003, calendar.month_start),
            (900_004, calendar.month_start.saturating_sub(jiff::Span::new().seconds(1))),
            (900_005, calendar.end),
        ];
        for (id, moment) in withdrawn {
            let mut voucher = self.voucher(id, Use::Refund, calendar.timing_start);
            (voucher.active, voucher.inactive) = (false, Some(moment));
            // Without an expiry date the word of the source decides.
            voucher.expires = None;
            self.keep_issued(voucher)?;
        }
        Ok(())
    }

    /// Expiry on the cutoff day and on the day after.
    fn make_expiries(&mut self) -> Result<(), SampleError> {
        let calendar = *self.calendar;
        let mut over = self.voucher(900_010, Use::JForce, Calendar::before(calendar.year_start, 30));
        (over.expires, over.validity) = (Some(midnight(calendar.cutoff)), "expired");
        let mut teller = self.teller(Thing::Special, 10);
        let line = Line::for_rule(
            ledger::expiry_rule(Use::JForce),
            midnight(calendar.cutoff),
            over.remaining,
            &mut teller.chance,
        );
        self.keep(Story { voucher: over, lines: vec![line] }, &mut teller)?;
        let mut good = self.voucher(900_011, Use::Apology, Calendar::before(calendar.year_start, 30));
        good.expires = Some(calendar.end);
        self.keep_issued(good)
    }

    /// Uses at the edge: of two types, around the end, around the window of the timing bridge, of marketing.
    fn make_uses(&mut self) -> Result<(), SampleError> {
        let calendar = *self.calendar;
        let old = Calendar::before(calendar.timing_start, 10);
        let mut two_types = self.used(900_020, calendar.timing_start, &[calendar.on_last_day(9, 0, 0)]);
        two_types.usages.push(Usage { voucher_type: "coupon", ..self.usage(calendar.on_last_day(10, 0, 0)) });
        two_types.shown_by_operations = vec![two_types.used(&calendar)];
        self.keep_used(two_types)?;
        let mut around_the_end = self.used(900_021, old, &[calendar.last_moment(), calendar.end]);
        around_the_end.active = true;
        around_the_end.inactive = None;
        around_the_end.remaining = self.company.local(Cents(700));
        self.keep_used(around_the_end)?;
        for (id, created) in [(900_022, calendar.timing_start), (900_023, old)] {
            let mut shown_more = self.used(id, created, &[calendar.on_last_day(11, 0, 0)]);
            shown_more.shown_by_operations.push(self.company.local(Cents(120)));
            self.keep_used(shown_more)?;
        }
        let mut marketing = self.used(900_024, old, &[calendar.on_last_day(12, 0, 0)]);
        (marketing.purpose, marketing.business_use) = (Use::Marketing, "newsletter");
        self.keep_used(marketing)?;
        // What operations show about vouchers that nobody knows, and after the period.
        self.write_shown("999999999", self.company.local(Cents(300)), calendar.on_last_day(8, 0, 0))?;
        self.write_shown("900022", self.company.local(Cents(300)), calendar.end)
    }

    fn plant_vouchers(&mut self) -> Result<(), SampleError> {
        let created = self.calendar.timing_start;
        if self.has(Defect::UndatedInactiveVoucher) {
            let mut voucher = self.voucher(900_040, Use::Refund, created);
            voucher.active = false;
            // The ledger still has it, and nothing explains it.
            *self.tally.unexplained.entry(BalanceLine::VoucherLiability).or_default() -=
                i128::from(voucher.remaining.0);
            self.plant_voucher(Defect::UndatedInactiveVoucher, &voucher, "inactive, and nobody knows since when");
            self.keep_issued(voucher)?;
        }
        if self.has(Defect::ValidityDisagrees) {
            let mut voucher = self.voucher(900_041, Use::StoreCredit, created);
            (voucher.validity, voucher.expires) = ("expired", Some(self.calendar.after_end(240)));
            self.plant_voucher(Defect::ValidityDisagrees, &voucher, "called expired ten days before it is");
            self.keep_issued(voucher)?;
        }
        if self.has(Defect::VtcAmountDiffers) {
            let mut voucher = self.voucher(900_042, Use::Refund, created);
            let mut teller = self.teller(Thing::Special, 42);
            teller.withdraw(&mut voucher, false);
            let mut line = teller.booking(&voucher, "vtc_bank");
            line.amount = Cents(line.amount.0 + self.company.local(Cents(500)).0);
            self.plant_voucher(Defect::VtcAmountDiffers, &voucher, "booked with more than was left of it");
            self.tally.show(Defect::VtcAmountDiffers, voucher.id.to_string(), line.amount);
            self.keep(Story { voucher, lines: vec![line] }, &mut teller)?;
        }
        if self.has(Defect::UsageWithoutPhrase) {
            self.plant_use_without_phrase()?;
        }
        if self.has(Defect::AmbiguousVoucherType) { self.plant_two_types() } else { Ok(()) }
    }

    fn plant_use_without_phrase(&mut self) -> Result<(), SampleError> {
        let moment = self.calendar.on_last_day(13, 0, 0);
        let voucher = self.used(900_043, Calendar::before(self.calendar.timing_start, 10), &[moment]);
        let mut teller = self.teller(Thing::Special, 43);
        let amount = voucher.used(self.calendar);
        let line =
            Line::for_rule("use_int_other", moment, amount, &mut teller.chance).about(&voucher, &mut teller.chance);
        self.keep(Story { voucher, lines: Vec::new() }, &mut teller)?;
        self.plant_line(Defect::UsageWithoutPhrase, line, "a use whose description has none of the phrases")
    }

    /// One number, two vouchers: known by their uses only, and these are of different types.
    fn plant_two_types(&mut self) -> Result<(), SampleError> {
        let moment = self.calendar.on_last_day(14, 0, 0);
        let mut teller = self.teller(Thing::Special, 44);
        let mut amount = 0;
        let mut voucher = self.used(500_010, day(2016, 3, 1), &[moment]);
        for (purpose, business_use) in [(Use::Refund, "refund"), (Use::Jpay, "jpay_store_credit")] {
            (voucher.purpose, voucher.business_use) = (purpose, business_use);
            amount += voucher.used(self.calendar).0;
            self.tally.add_voucher(&voucher, false, self.calendar);
            self.write_voucher_unlisted(&voucher)?;
        }
        let line = Line::for_rule("use_int_phrase", moment, Cents(amount), &mut teller.chance);
        let line = Line { kind: None, ..line.about(&voucher, &mut teller.chance) };
        self.plant_line(Defect::AmbiguousVoucherType, line, "a use of a number that stands for two types")
    }

    /// Books a line in which something is planted.
    pub(super) fn plant_line(&mut self, defect: Defect, line: Line, detail: &str) -> Result<(), SampleError> {
        let amount = line.amount;
        let subject = self.book(line)?.to_string();
        self.tally.show(defect, subject.as_str(), amount);
        self.tally.plant(self.company, defect, &subject, amount, detail);
        Ok(())
    }

    fn plant_voucher(&mut self, defect: Defect, voucher: &Voucher, detail: &str) {
        self.tally.plant(self.company, defect, &voucher.id.to_string(), voucher.remaining, detail);
    }

    fn voucher(&self, id: i64, purpose: Use, created: DateTime) -> Voucher {
        Voucher::new(id, purpose, created, self.company.local(Cents(4000)))
    }

    /// A store credit that is used up by uses at these moments.
    fn used(&self, id: i64, created: DateTime, moments: &[DateTime]) -> Voucher {
        let mut voucher = self.voucher(id, Use::StoreCredit, created);
        voucher.usages = moments.iter().map(|moment| self.usage(*moment)).collect();
        voucher.discount = Cents(voucher.usages.iter().map(|usage| usage.total().0).sum());
        voucher.remaining = Cents(0);
        (voucher.active, voucher.inactive) = (false, moments.first().copied());
        voucher.shown_by_operations = vec![voucher.used(self.calendar)];
        voucher
    }

    fn usage(&self, delivered: DateTime) -> Usage {
        let (retail, shipping) = (self.company.local(Cents(900)), self.company.local(Cents(50)));
        Usage { delivered, marketplace: Cents(0), retail, shipping, voucher_type: "reusablecredit" }
    }

    fn keep_issued(&mut self, voucher: Voucher) -> Result<(), SampleError> {
        let mut teller = self.teller(Thing::Special, u64::try_from(voucher.id).unwrap_or(0));
        let lines = ledger::issuance(&voucher, false, self.calendar, &mut teller.chance)
            .map(|line| line.of_country(self.company.country));
        self.keep(Story { voucher, lines: lines.into_iter().collect() }, &mut teller)
    }

    fn keep_used(&mut self, voucher: Voucher) -> Result<(), SampleError> {
        let mut teller = self.teller(Thing::Special, u64::try_from(voucher.id).unwrap_or(0));
        let issued = ledger::issuance(&voucher, false, self.calendar, &mut teller.chance)
            .map(|line| line.of_country(self.company.country));
        let lines = issued.into_iter().chain(teller.usage_lines(&voucher)).collect();
        self.keep(Story { voucher, lines }, &mut teller)
    }

    fn keep_outside(&mut self, voucher: &Voucher, teller: &mut Teller) -> Result<(), SampleError> {
        self.tally.add_voucher(voucher, false, self.calendar);
        self.write_voucher_outside(voucher)?;
        for line in teller.usage_lines(voucher) {
            self.book(line)?;
        }
        Ok(())
    }
}
