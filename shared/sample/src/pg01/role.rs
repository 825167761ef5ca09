//! The life of a voucher: one of a fixed list of stories, told again and again with other amounts and days.
//!
//! Every story leaves the operational view and the ledger consistent; what is planted is planted elsewhere.

use jiff::civil::DateTime;

use super::company::Company;
use super::ledger::{self, Line};
use super::voucher::{Usage, Use, Voucher};
use crate::calendar::{Calendar, day};
use crate::cell::Cents;
use crate::chance::Chance;

/// A story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Issued this year and still good; the flag says that it was issued by hand.
    Good(Use, bool),
    /// Issued this year, a part of it used.
    PartlyUsed,
    /// Issued this year and used up.
    UsedUp(Use, bool),
    /// Issued before this year and used up in it.
    UsedUpLate,
    /// Ran out this year; the flag says that it was switched off as well.
    RanOut(Use, bool),
    /// Withdrawn in the cutoff's month, not booked; the flag says that only its template was switched off.
    Withdrawn(bool),
    /// Withdrawn in the cutoff's month and booked under this rule.
    WithdrawnAndBooked(&'static str),
    /// Withdrawn in an earlier month and booked then.
    WithdrawnEarlier,
    /// Withdrawn after the period, at its very end for every second one.
    WithdrawnLater,
    /// Cancelled and booked under this rule; not a refund.
    Cancelled(Use, &'static str),
    /// Used, and operations show it before delivery does; the flag says that delivery is ahead instead.
    Underway(bool),
    /// Of marketing: the ledger never has it.
    Marketing(&'static str),
    /// Without an expiry date and not valid.
    Invalid,
    /// Issued in an earlier year and still good.
    Old(Use),
}

/// The stories in the order in which they are told.
pub(super) const CYCLE: [Role; 32] = [
    Role::Good(Use::Refund, false),
    Role::Good(Use::Apology, false),
    Role::Good(Use::JForce, false),
    Role::Good(Use::StoreCredit, false),
    Role::Good(Use::Refund, true),
    Role::Good(Use::Apology, true),
    Role::Good(Use::JForce, true),
    Role::Good(Use::StoreCredit, true),
    Role::Good(Use::Jpay, false),
    Role::PartlyUsed,
    Role::UsedUp(Use::Refund, false),
    Role::UsedUp(Use::StoreCredit, true),
    Role::UsedUp(Use::Apology, false),
    Role::UsedUp(Use::JForce, false),
    Role::UsedUpLate,
    Role::RanOut(Use::Refund, false),
    Role::RanOut(Use::Apology, true),
    Role::RanOut(Use::JForce, false),
    Role::RanOut(Use::Jpay, true),
    Role::Withdrawn(false),
    Role::Withdrawn(true),
    Role::WithdrawnAndBooked("vtc_bank"),
    Role::WithdrawnAndBooked("vtc_rnd"),
    Role::WithdrawnEarlier,
    Role::WithdrawnLater,
    Role::Cancelled(Use::Apology, "can_accrual"),
    Role::Cancelled(Use::StoreCredit, "can_credit_memo"),
    Role::Underway(false),
    Role::Underway(true),
    Role::Marketing("marketing"),
    Role::Invalid,
    Role::Old(Use::StoreCredit),
];

/// A voucher and what the ledger has about it.
pub(super) struct Story {
    pub(super) voucher: Voucher,
    pub(super) lines: Vec<Line>,
}

/// What a story is told from.
pub(super) struct Teller {
    pub(super) company: Company,
    pub(super) calendar: Calendar,
    /// Uses of a voucher that is used up.
    pub(super) uses: usize,
    pub(super) chance: Chance,
}

impl Teller {
    /// Tells a story about the voucher of this number.
    pub(super) fn tell(&mut self, role: Role, id: i64) -> Story {
        let (calendar, company) = (self.calendar, self.company);
        let (from, to) = calendar.early();
        let created = match role {
            Role::UsedUpLate | Role::RanOut(..) | Role::Invalid => self.chance.moment(calendar.timing_start, from),
            Role::Old(_) => self.chance.moment(day(2017, 1, 1), from),
            _ => self.chance.moment(from, to),
        };
        let discount = company.local(Cents(self.chance.between(240, 4800)));
        let mut voucher = Voucher::new(id, purpose(role), created, discount);
        voucher.expires = self.chance.once_in(6).then_some(()).map_or_else(|| Some(self.far_away()), |()| None);
        let by_hand = matches!(role, Role::Good(_, true) | Role::UsedUp(_, true));
        let mut lines = Vec::new();
        match role {
            Role::Good(..) | Role::Old(_) => self.spell_purpose(&mut voucher),
            Role::PartlyUsed => self.use_part(&mut voucher),
            Role::UsedUp(..) | Role::UsedUpLate => self.use_up(&mut voucher, self.uses),
            Role::RanOut(_, switched_off) => lines.push(self.run_out(&mut voucher, switched_off)),
            Role::Withdrawn(by_template) => self.withdraw(&mut voucher, by_template),
            Role::WithdrawnAndBooked(booked_as) => {
                self.withdraw(&mut voucher, false);
                lines.push(self.booking(&voucher, booked_as));
            }
            Role::WithdrawnEarlier => {
                self.switch_off(&mut voucher, calendar.year_start.min(calendar.month_start), to);
                voucher.inactive = Some(Calendar::before(calendar.month_start, 1));
                lines.push(self.booking(&voucher, "vtc_rnd"));
            }
            Role::WithdrawnLater => {
                voucher.active = false;
                voucher.inactive = Some(calendar.after_end(if id % 2 == 0 { 0 } else { 34 }));
            }
            Role::Cancelled(_, booked_as) => {
                self.switch_off(&mut voucher, calendar.month_start, calendar.end);
                lines.push(self.booking(&voucher, booked_as));
            }
            Role::Underway(delivery_is_ahead) => self.go_underway(&mut voucher, delivery_is_ahead),
            Role::Marketing(business_use) => voucher.business_use = business_use,
            Role::Invalid => {
                self.switch_off(&mut voucher, calendar.month_start, calendar.end);
                (voucher.expires, voucher.validity) = (None, "invalid");
            }
        }
        let issued = ledger::issuance(&voucher, by_hand, &calendar, &mut self.chance);
        let used = self.usage_lines(&voucher);
        let lines = issued.into_iter().chain(used).chain(lines).map(|line| line.of_country(company.country)).collect();
        Story { voucher, lines }
    }

    /// Uses a voucher up in so many packages, all delivered this year.
    pub(super) fn use_up(&mut self, voucher: &mut Voucher, uses: usize) {
        let part = voucher.discount.0 / i64::try_from(uses.max(1)).unwrap_or(1);
        for place in 0..uses {
            let taken = part * i64::try_from(place).unwrap_or(0);
            let amount = if place + 1 == uses { voucher.discount.0 - taken } else { part };
            self.deliver(voucher, Cents(amount));
        }
        voucher.remaining = Cents(0);
        voucher.active = false;
        let last = voucher.usages.iter().map(|usage| usage.delivered).max();
        voucher.inactive = last.or(Some(voucher.created));
        self.show_what_was_used(voucher);
    }

    /// One ledger line for each delivered use.
    pub(super) fn usage_lines(&mut self, voucher: &Voucher) -> Vec<Line> {
        let mut lines = Vec::new();
        let year = self.calendar.year_start;
        let counted = |usage: &&Usage| {
            usage.is_delivered(&self.calendar) && usage.delivered >= year && usage.voucher_type == "reusablecredit"
        };
        for usage in voucher.usages.iter().filter(counted) {
            let rule = if self.chance.once_in(8) { "use_man" } else { "use_int_phrase" };
            let line = Line::for_rule(rule, usage.delivered, usage.total(), &mut self.chance);
            lines.push(line.about(voucher, &mut self.chance));
        }
        lines
    }

    /// The line that books back what remained of a voucher.
    pub(super) fn booking(&mut self, voucher: &Voucher, rule: &'static str) -> Line {
        let moment = voucher.inactive.unwrap_or(voucher.created).max(self.calendar.year_start);
        Line::for_rule(rule, moment, voucher.remaining, &mut self.chance).about(voucher, &mut self.chance)
    }

    /// Withdraws a voucher in the cutoff's month.
    pub(super) fn withdraw(&mut self, voucher: &mut Voucher, by_template: bool) {
        self.switch_off(voucher, self.calendar.month_start, self.calendar.end);
        if by_template {
            voucher.template_inactive = voucher.inactive.take();
        }
    }

    /// A use that is delivered at some moment of this year since the voucher was issued.
    fn deliver(&mut self, voucher: &mut Voucher, amount: Cents) {
        let delivered = self.chance.moment(voucher.created.max(self.calendar.year_start), self.calendar.end);
        let shipping = Cents(amount.0 / 10 * i64::from(self.chance.below(3)));
        let goods = Cents(amount.0 - shipping.0);
        let (marketplace, retail) = if self.chance.once_in(2) { (goods, Cents(0)) } else { (Cents(0), goods) };
        let voucher_type = "reusablecredit";
        voucher.usages.push(Usage { delivered, marketplace, retail, shipping, voucher_type });
    }

    fn use_part(&mut self, voucher: &mut Voucher) {
        self.deliver(voucher, Cents(voucher.discount.0 / 3));
        voucher.remaining = Cents(voucher.discount.0 - voucher.discount.0 / 3);
        self.show_what_was_used(voucher);
    }

    /// Operations show what was delivered, in one line or in two.
    fn show_what_was_used(&mut self, voucher: &mut Voucher) {
        let used = voucher.used(&self.calendar);
        voucher.shown_by_operations =
            if self.chance.once_in(4) { vec![Cents(used.0 / 2), Cents(used.0 - used.0 / 2)] } else { vec![used] };
    }

    fn go_underway(&mut self, voucher: &mut Voucher, delivery_is_ahead: bool) {
        self.use_up(voucher, 1);
        let late = voucher.discount.0 / 5;
        if delivery_is_ahead {
            voucher.shown_by_operations = vec![Cents(voucher.discount.0 - late)];
            return;
        }
        // A second package was ordered, and is delivered only after the period.
        voucher.discount = Cents(voucher.discount.0 + late);
        voucher.shown_by_operations.push(Cents(late));
        let delivered = self.calendar.after_end(i64::from(self.chance.below(90)));
        let (marketplace, shipping, voucher_type) = (Cents(0), Cents(0), "reusablecredit");
        voucher.usages.push(Usage { delivered, marketplace, retail: Cents(late), shipping, voucher_type });
    }

    fn run_out(&mut self, voucher: &mut Voucher, switched_off: bool) -> Line {
        let calendar = self.calendar;
        let moment = self.chance.moment(calendar.year_start, calendar.end);
        let expires = crate::calendar::midnight(moment.date());
        (voucher.expires, voucher.validity) = (Some(expires), "expired");
        if switched_off {
            (voucher.active, voucher.inactive) = (false, Some(expires));
        }
        Line::for_rule(ledger::expiry_rule(voucher.purpose), expires, voucher.remaining, &mut self.chance)
    }

    fn switch_off(&mut self, voucher: &mut Voucher, from: DateTime, to: DateTime) {
        voucher.active = false;
        voucher.inactive = Some(self.chance.moment(from, to));
        // So that the list of expired vouchers holds none of these.
        voucher.expires = Some(self.far_away());
    }

    /// An expiry after the period, at its very end for some.
    fn far_away(&mut self) -> DateTime {
        let days = i64::from(self.chance.below(300));
        crate::calendar::midnight(self.calendar.after_end(days * 24).date())
    }

    fn spell_purpose(&mut self, voucher: &mut Voucher) {
        let spellings: &[&'static str] = match voucher.purpose {
            Use::StoreCredit => &["store_credit", "Store Credit", "STORE_CREDIT"],
            Use::Jpay => &["jpay_store_credit", "Jpay store_credit", "JPAY STORE CREDIT"],
            Use::Refund => &["refund", "refund", "Refund"],
            _ => return,
        };
        voucher.business_use = *self.chance.pick::<&'static str>(spellings);
    }
}

fn purpose(role: Role) -> Use {
    match role {
        Role::Good(purpose, _)
        | Role::UsedUp(purpose, _)
        | Role::RanOut(purpose, _)
        | Role::Cancelled(purpose, _)
        | Role::Old(purpose) => purpose,
        Role::Underway(_) | Role::UsedUpLate => Use::StoreCredit,
        Role::Marketing(_) => Use::Marketing,
        _ => Use::Refund,
    }
}
