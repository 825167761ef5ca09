//! A voucher as operations know it, and what the control's rules make of it.
//!
//! The rules are computed here a second time, in plain Rust, so that the control is tested against a calculation that
//! shares nothing with its SQL.

use jiff::civil::DateTime;

use super::ledger::Kind;
use crate::calendar::Calendar;
use crate::cell::Cents;

/// What a voucher was issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Refund,
    Apology,
    JForce,
    StoreCredit,
    Jpay,
    Marketing,
}

/// A use of a voucher in an order item.
#[derive(Debug, Clone)]
pub(super) struct Usage {
    /// When the package was delivered.
    pub(super) delivered: DateTime,
    pub(super) marketplace: Cents,
    pub(super) retail: Cents,
    pub(super) shipping: Cents,
    /// `reusablecredit`, or another type that counts for the voucher and not for the usage list.
    pub(super) voucher_type: &'static str,
}

/// A voucher.
#[derive(Debug, Clone)]
pub(super) struct Voucher {
    pub(super) id: i64,
    pub(super) purpose: Use,
    /// Its purpose as the source spells it.
    pub(super) business_use: &'static str,
    pub(super) active: bool,
    /// `valid`, `expired` or `invalid`, as the source says it.
    pub(super) validity: &'static str,
    pub(super) created: DateTime,
    pub(super) expires: Option<DateTime>,
    pub(super) inactive: Option<DateTime>,
    pub(super) template_inactive: Option<DateTime>,
    pub(super) discount: Cents,
    pub(super) remaining: Cents,
    pub(super) usages: Vec<Usage>,
    /// What operations show as used, line by line.
    pub(super) shown_by_operations: Vec<Cents>,
}

impl Use {
    /// Whether the ledger carries vouchers of this purpose at all.
    pub(super) fn is_of_the_ledger(self) -> bool {
        self != Self::Marketing
    }

    /// The type of ledger lines about such a voucher.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Refund => Some("Refund"),
            Self::Apology => Some("Apology"),
            Self::JForce => Some("JForce"),
            Self::StoreCredit | Self::Jpay => Some("Store Credit"),
            Self::Marketing => None,
        }
    }
}

impl Usage {
    pub(super) fn total(&self) -> Cents {
        Cents(self.marketplace.0 + self.retail.0 + self.shipping.0)
    }

    /// Whether the extracts see it: the package was delivered before the end.
    pub(super) fn is_delivered(&self, calendar: &Calendar) -> bool {
        self.delivered < calendar.end
    }
}

impl Voucher {
    /// A voucher without uses, valid and active, created at a moment.
    pub(super) fn new(id: i64, purpose: Use, created: DateTime, discount: Cents) -> Self {
        let business_use = match purpose {
            Use::Refund => "refund",
            Use::Apology => "apology_v2",
            Use::JForce => "jforce",
            Use::StoreCredit => "store_credit",
            Use::Jpay => "jpay_store_credit",
            Use::Marketing => "marketing",
        };
        Self {
            id,
            purpose,
            business_use,
            active: true,
            validity: "valid",
            created,
            expires: None,
            inactive: None,
            template_inactive: None,
            discount,
            remaining: discount,
            usages: Vec::new(),
            shown_by_operations: Vec::new(),
        }
    }

    /// The code printed on it: what order items name.
    pub(super) fn code(&self) -> String {
        let prefix = match (self.purpose, self.id % 3) {
            (Use::Jpay, 0) => "GC",
            (Use::Jpay, 1) => "JP",
            _ => "VC",
        };
        format!("{prefix}{:09}", self.id)
    }

    pub(super) fn is_in_window(&self, calendar: &Calendar) -> bool {
        self.created >= crate::calendar::day(2017, 1, 1) && self.created < calendar.end
    }

    /// Whether it is one of those that the ledger carries.
    pub(super) fn is_in_scope(&self, calendar: &Calendar) -> bool {
        self.purpose.is_of_the_ledger() && self.is_in_window(calendar)
    }

    pub(super) fn is_expired(&self, calendar: &Calendar) -> bool {
        self.expires.map_or(self.validity != "valid", |expires| expires < calendar.end)
    }

    pub(super) fn inactive_date(&self) -> Option<DateTime> {
        self.inactive.or(self.template_inactive)
    }

    pub(super) fn is_active_at_end(&self, calendar: &Calendar) -> bool {
        self.active || self.inactive_date().is_some_and(|date| date >= calendar.end)
    }

    /// Everything used in packages that were delivered before the end, whatever its type.
    pub(super) fn used(&self, calendar: &Calendar) -> Cents {
        Cents(self.usages.iter().filter(|usage| usage.is_delivered(calendar)).map(|usage| usage.total().0).sum())
    }

    /// What it adds to the vouchers outstanding.
    pub(super) fn outstanding(&self, calendar: &Calendar) -> Option<Cents> {
        let counts = self.is_in_scope(calendar) && !self.is_expired(calendar) && self.is_active_at_end(calendar);
        counts.then_some(self.remaining)
    }

    /// Whether it was withdrawn in the cutoff's month and may not be booked yet.
    pub(super) fn is_withdrawn(&self, calendar: &Calendar) -> bool {
        let in_month = self.inactive_date().is_some_and(|date| date >= calendar.month_start && date < calendar.end);
        in_month && self.is_withdrawn_ever(calendar)
    }

    /// Whether it is inactive without anybody knowing since when.
    pub(super) fn is_undated(&self, calendar: &Calendar) -> bool {
        self.inactive_date().is_none() && self.is_withdrawn_ever(calendar)
    }

    fn is_withdrawn_ever(&self, calendar: &Calendar) -> bool {
        self.purpose == Use::Refund
            && self.is_in_scope(calendar)
            && !self.is_expired(calendar)
            && !self.is_active_at_end(calendar)
            && self.remaining.0 != 0
    }

    /// What operations show as used and delivery does not show yet, for the vouchers of the timing bridge.
    pub(super) fn timing_difference(&self, calendar: &Calendar) -> Option<Cents> {
        let counts =
            self.is_in_scope(calendar) && !self.is_active_at_end(calendar) && self.created >= calendar.timing_start;
        let shown: i64 = self.shown_by_operations.iter().map(|part| part.0).sum();
        counts.then(|| Cents(shown - self.used(calendar).0))
    }

    /// Whether the source's own word about its validity contradicts its expiry date.
    pub(super) fn validity_disagrees(&self, calendar: &Calendar) -> bool {
        let said = self.validity == "expired";
        self.is_in_scope(calendar) && self.expires.is_some_and(|expires| (expires < calendar.end) != said)
    }
}
