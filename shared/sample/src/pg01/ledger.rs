//! A ledger line on the voucher account, and the words by which a classification rule knows it.
//!
//! Each line is made for one rule and carries the answer: rule, category and type.

use std::borrow::Cow;

use jiff::civil::DateTime;

use super::voucher::{Use, Voucher};
use crate::calendar::Calendar;
use crate::cell::Cents;
use crate::chance::Chance;

/// A category or a type of the classification; none where the rule gives none.
pub(super) type Kind = Option<&'static str>;

/// A ledger line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) posted: DateTime,
    pub(super) account: &'static str,
    pub(super) document_no: String,
    pub(super) document_type: Option<&'static str>,
    pub(super) voucher_no: Option<String>,
    pub(super) description: Cow<'static, str>,
    pub(super) amount: Cents,
    pub(super) user: Option<&'static str>,
    pub(super) balancing: Option<&'static str>,
    pub(super) comment: Option<&'static str>,
    /// The rule that it was made for.
    pub(super) rule: &'static str,
    pub(super) category: Kind,
    pub(super) kind: Kind,
}

/// The user of the batch service, as it is spelled here and there.
const INTEGRATION: [&str; 3] =
    [r"JUMIA\NAV31AFR.BATCH.SRVC", "jumia/nav31afr.batch.srvc", r" JUMIA\NAV31AFR.BATCH.SRVC "];
/// Users that are people.
const PEOPLE: [Option<&str>; 3] = [Some("NAV/13"), Some(r"JUMIA\ACCOUNTANT.02"), None];

/// What a rule looks for, as far as the words of a line go.
struct Words {
    integration: bool,
    category: Kind,
    kind: Kind,
    /// Descriptions; `#` stands for a number.
    descriptions: &'static [&'static str],
}

impl Line {
    /// A line that this rule classifies, posted on the day of a moment. Its amount is the caller's: credits are
    /// issuances.
    pub(super) fn for_rule(rule: &'static str, moment: DateTime, amount: Cents, chance: &mut Chance) -> Self {
        let words = words_of(rule);
        let number = chance.between(100_000, 999_999_999);
        let description = chance.pick(words.descriptions);
        let user = if words.integration { Some(*chance.pick(&INTEGRATION)) } else { *chance.pick(&PEOPLE) };
        Self {
            posted: crate::calendar::midnight(moment.date()),
            account: "18412",
            document_no: format!("GJ-{number}"),
            document_type: chance.once_in(3).then_some("Payment"),
            voucher_no: None,
            description: description.replace('#', &number.to_string()).into(),
            amount,
            user,
            balancing: None,
            comment: None,
            rule,
            category: words.category,
            kind: words.kind,
        }
        .with_what_else_the_rule_wants(chance)
    }

    /// The same line with the number of its voucher, and the type that a look-up finds where the rule looks one up.
    pub(super) fn about(mut self, voucher: &Voucher, chance: &mut Chance) -> Self {
        if self.category == Some("Usage") {
            self.kind = voucher.purpose.kind();
        }
        self.voucher_no = Some(spelled(voucher.id, chance));
        self
    }

    /// The same line in a company's own document series.
    pub(super) fn of_country(mut self, country: &str) -> Self {
        if self.rule == "iss_man_store" {
            self.document_no =
                format!("{country}-SC-{}-{}", self.posted.year(), self.document_no.trim_start_matches("GJ-"));
        }
        self
    }

    /// Whether it books a withdrawn voucher back.
    pub(super) fn is_withdrawal(&self) -> bool {
        matches!(self.category, Some("Cancellation" | "VTC")) && self.voucher_no.is_some()
    }

    fn with_what_else_the_rule_wants(mut self, chance: &mut Chance) -> Self {
        match self.rule {
            "vtc_bank" => self.balancing = Some(*chance.pick(&["Bank Account", "BANK ACCOUNT"])),
            "vtc_gtb" => self.comment = Some("paid by GTB"),
            "iss_man_invoice" => self.document_type = Some("Invoice"),
            "can_credit_memo" => self.document_type = Some("Credit Memo"),
            "zero_amount" => self.amount = Cents(0),
            "iss_man_other" => "MANUAL1".clone_into(&mut self.document_no),
            _ => {}
        }
        self
    }
}

/// The rule under which a voucher of this purpose is issued by the batch service, or by hand.
pub(super) fn issuing_rule(purpose: Use, by_hand: bool) -> &'static str {
    match (purpose, by_hand) {
        (Use::Refund, false) => "iss_int_refund",
        (Use::Refund, true) => "iss_man_refund",
        (Use::Apology, false) => "iss_int_apology",
        (Use::Apology, true) => "iss_man_apology",
        (Use::JForce, false) => "iss_int_jforce",
        (Use::JForce, true) => "iss_man_jforce",
        (Use::StoreCredit, false) => "iss_man_store",
        (Use::StoreCredit, true) => "iss_man_invoice",
        (Use::Jpay, _) => "iss_man_jpay",
        (Use::Marketing, _) => "iss_man_other",
    }
}

/// The rule under which the expiry of a voucher of this purpose is booked.
pub(super) fn expiry_rule(purpose: Use) -> &'static str {
    match purpose {
        Use::Refund => "exp_refund",
        Use::Apology => "exp_apology",
        Use::JForce => "exp_jforce",
        Use::StoreCredit | Use::Jpay => "exp_store",
        Use::Marketing => "exp_other",
    }
}

/// The issuance of a voucher as the ledger has it, if it was issued in the year of the cutoff.
pub(super) fn issuance(voucher: &Voucher, by_hand: bool, calendar: &Calendar, chance: &mut Chance) -> Option<Line> {
    let is_due = voucher.is_in_scope(calendar) && voucher.created >= calendar.year_start;
    is_due.then(|| {
        let amount = Cents(-voucher.discount.0);
        let line = Line::for_rule(issuing_rule(voucher.purpose, by_hand), voucher.created, amount, chance);
        if by_hand || chance.once_in(2) { line } else { line.about(voucher, chance) }
    })
}

/// A voucher's number as people and programs type it: all of these are the same key.
pub(super) fn spelled(id: i64, chance: &mut Chance) -> String {
    match chance.below(12) {
        0 => format!("{id}.0"),
        1 => format!(" {id} "),
        2 => format!("{id}.00"),
        _ => id.to_string(),
    }
}

fn words_of(rule: &'static str) -> Words {
    let (integration, category, kind, descriptions): (bool, &str, &str, &'static [&'static str]) = match rule {
        "iss_int_refund" => (true, "Issuance", "Refund", &["RF_#_0925", "RF #", "Refund of order #", "refunded: #"]),
        "iss_int_apology" => (true, "Issuance", "Apology", &["COMMERCIAL GESTURE #", "Commercial-Gesture_#"]),
        "iss_int_jforce" => (true, "Issuance", "JForce", &["PYT_#_0925", "pyt #"]),
        "iss_int_other" => (true, "Issuance", "", &["SURF voucher #", "Issued #"]),
        "iss_man_store" => (false, "Issuance", "Store Credit", &["Store voucher #", "credit #"]),
        "iss_man_refund" => (false, "Issuance", "Refund", &["RFN voucher #", "Customer refund payment #"]),
        "iss_man_apology" => (false, "Issuance", "Apology", &["CXP #", "Apology voucher #"]),
        "iss_man_jforce" => (false, "Issuance", "JForce", &["PYT payout #"]),
        "iss_man_jpay" => (false, "Issuance", "Store Credit", &["JP APP STORE CREDIT #", "jp_app_store_credit #"]),
        "iss_man_invoice" => (false, "Issuance", "Store Credit", &["Sold voucher #"]),
        "iss_man_other" => (false, "Issuance", "", &["PERF BONUS #", "other #"]),
        "can_accrual" => (true, "Cancellation", "Apology", &["Voucher Accrual reversal #", "VOUCHER APPROVAL #"]),
        "use_int_phrase" => (
            true,
            "Usage",
            "",
            &["Item price credit #", "ITEMPRICECREDIT #", "Item shipping fee #", "Voucher application to #"],
        ),
        "use_int_other" => (true, "Usage", "", &["Voucher redeemed #"]),
        "use_man" => (false, "Usage", "", &["ITEMPRICECREDIT #", "Item Price Credit by hand #"]),
        "exp_apology" => (false, "Expired", "Apology", &["EXPR_APLGY #", "EXPR APOLOGY #"]),
        "exp_jforce" => (false, "Expired", "JForce", &["EXPR_JFORCE #"]),
        "exp_store" => (false, "Expired", "Store Credit", &["EXPR_STR CRDT #", "EXPR_STR CREDIT #"]),
        "exp_refund" => (false, "Expired", "Refund", &["EXPR_RFN #"]),
        "exp_other" => (false, "Expired", "", &["EXPR-2024-#"]),
        "vtc_bank" => (false, "VTC", "Refund", &["Bank transfer #"]),
        "vtc_rnd" => (false, "VTC", "Refund", &["Manual RND #", "MANUAL_RND_#"]),
        "vtc_gtb" => (false, "VTC", "Refund", &["PYT_PF #"]),
        "can_credit_memo" => (false, "Cancellation", "Store Credit", &["Cancelled voucher #"]),
        _ => (false, "", "", &["Adjustment #", "EXPRESS courier #", "Balance of #"]),
    };
    let given = |text: &'static str| (!text.is_empty()).then_some(text);
    Words { integration, category: given(category), kind: given(kind), descriptions }
}
