//! What a company's sample must give: targets, bridges, pivots, coverage and findings, counted while rows are made.
//!
//! The control is tested against these figures, so nothing here comes from its SQL.

use std::collections::BTreeMap;

use super::balance_line::BalanceLine;
use super::company::Company;
use super::defect::Defect;
use super::ledger::{Kind, Line};
use super::voucher::Voucher;
use crate::calendar::{Calendar, year_month};
use crate::cell::Cents;

/// Something that the control must show about one subject.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) defect: Defect,
    pub(super) subject: String,
    /// In cents.
    pub(super) amount: i128,
}

/// What was planted, and what for.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    pub(super) company: &'static str,
    pub(super) subject: String,
    pub(super) amount: Option<i128>,
    pub(super) detail: String,
}

/// Category and type of a bucket.
pub(super) type Bucket = (Kind, Kind);

/// The figures of one company; amounts in cents.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Sum of the data set behind each line.
    pub(super) sources: BTreeMap<BalanceLine, i128>,
    /// What was planted as unexplained.
    pub(super) unexplained: BTreeMap<BalanceLine, i128>,
    pub(super) vtc: i128,
    pub(super) timing: i128,
    /// Lines and amounts of each rule.
    pub(super) coverage: BTreeMap<&'static str, (u64, i128)>,
    pub(super) ledger: BTreeMap<Bucket, i128>,
    pub(super) operations: BTreeMap<Bucket, i128>,
    pub(super) shown: Vec<Shown>,
    pub(super) planted: Vec<Planted>,
}

impl Tally {
    pub(super) fn add(&mut self, line: BalanceLine, amount: Cents) {
        *self.sources.entry(line).or_default() += i128::from(amount.0);
    }

    /// A ledger line of the voucher account.
    pub(super) fn add_line(&mut self, line: &Line) {
        let amount = i128::from(line.amount.0);
        let (lines, total) = self.coverage.entry(line.rule).or_default();
        *lines += 1;
        *total += amount;
        *self.ledger.entry((line.category, line.kind)).or_default() += amount;
    }

    /// A voucher, and whether what was withdrawn of it is booked.
    pub(super) fn add_voucher(&mut self, voucher: &Voucher, booked: bool, calendar: &Calendar) {
        if let Some(amount) = voucher.outstanding(calendar) {
            self.add(BalanceLine::VoucherLiability, amount);
        }
        if voucher.is_withdrawn(calendar) && !booked {
            self.vtc -= i128::from(voucher.remaining.0);
        }
        if let Some(difference) = voucher.timing_difference(calendar) {
            self.timing -= i128::from(difference.0);
        }
        if voucher.validity_disagrees(calendar) {
            self.show(Defect::ValidityDisagrees, voucher.id.to_string(), voucher.remaining);
        }
        if voucher.is_undated(calendar) {
            self.show(Defect::UndatedInactiveVoucher, voucher.id.to_string(), voucher.remaining);
        }
        self.add_to_operations(voucher, calendar);
    }

    pub(super) fn show(&mut self, defect: Defect, subject: impl Into<String>, amount: Cents) {
        self.shown.push(Shown { defect, subject: subject.into(), amount: i128::from(amount.0) });
    }

    pub(super) fn plant(&mut self, company: &Company, planted: Defect, subject: &str, amount: Cents, detail: &str) {
        self.planted.push(Planted {
            kind: planted.name(),
            severity: planted.severity().name(),
            company: company.code,
            subject: subject.to_owned(),
            amount: Some(i128::from(amount.0)),
            detail: detail.to_owned(),
        });
    }

    /// The voucher as the pivot of operations has it, year to date.
    fn add_to_operations(&mut self, voucher: &Voucher, calendar: &Calendar) {
        if !voucher.purpose.is_of_the_ledger() {
            return;
        }
        let kind = voucher.purpose.kind();
        let in_year = |moment| moment >= calendar.year_start && moment < calendar.end;
        let mut add = |category, amount: i64| {
            *self.operations.entry((Some(category), kind)).or_default() += i128::from(amount);
        };
        if in_year(voucher.created) {
            add("Issuance", -voucher.discount.0);
        }
        if voucher.is_in_window(calendar) && voucher.expires.is_some_and(in_year) {
            add("Expired", voucher.remaining.0);
        }
        let first_month = year_month(calendar.year_start);
        for usage in &voucher.usages {
            let listed = usage.is_delivered(calendar) && usage.voucher_type == "reusablecredit";
            if listed && year_month(usage.delivered) >= first_month {
                add("Usage", usage.total().0);
            }
        }
    }

    /// The target of a line, in ledger sign.
    pub(super) fn target(&self, line: BalanceLine) -> i128 {
        line.factor() * self.sources.get(&line).copied().unwrap_or_default()
    }

    /// Both bridges of a line, `vtc` before `timing`.
    pub(super) fn bridges(&self, line: BalanceLine) -> [i128; 2] {
        if line == BalanceLine::VoucherLiability { [self.vtc, self.timing] } else { [0, 0] }
    }

    pub(super) fn unexplained(&self, line: BalanceLine) -> i128 {
        self.unexplained.get(&line).copied().unwrap_or_default()
    }

    /// What the ledger holds on a line.
    pub(super) fn actual(&self, line: BalanceLine) -> i128 {
        self.target(line) + self.bridges(line).iter().sum::<i128>() + self.unexplained(line)
    }
}
