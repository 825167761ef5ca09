//! An item of an order, and which data sets it belongs to.
//!
//! Prepayments, packages and refunds are all read from the same items; the rules are computed here a second time.

use jiff::civil::DateTime;

use crate::calendar::{Calendar, day};
use crate::cell::Cents;

/// An item of an order.
#[derive(Debug, Clone)]
pub(super) struct OrderItem {
    pub(super) id: i64,
    pub(super) order_no: String,
    pub(super) customer: i64,
    pub(super) package: Option<i64>,
    pub(super) status: &'static str,
    pub(super) closed: bool,
    pub(super) marketplace: bool,
    pub(super) prepaid: bool,
    pub(super) payment_method: Option<&'static str>,
    pub(super) delivery_type: Option<&'static str>,
    pub(super) voucher_type: Option<&'static str>,
    pub(super) voucher_code: Option<String>,
    pub(super) ordered: Option<DateTime>,
    pub(super) verified: Option<DateTime>,
    pub(super) shipped: Option<DateTime>,
    pub(super) delivered: Option<DateTime>,
    pub(super) package_delivered: Option<DateTime>,
    pub(super) returned: Option<DateTime>,
    pub(super) refunded: Option<DateTime>,
    pub(super) failed: Option<DateTime>,
    pub(super) price: Prices,
}

/// What an item costs; each part may be unknown.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prices {
    pub(super) unit: Option<Cents>,
    pub(super) coupon: Option<Cents>,
    pub(super) cart_rule: Option<Cents>,
    pub(super) after_discount: Option<Cents>,
    pub(super) base_shipping: Option<Cents>,
    pub(super) shipping_cart_rule: Option<Cents>,
    pub(super) shipping_voucher: Option<Cents>,
    pub(super) customs: Option<Cents>,
    pub(super) customs_cart_rule: Option<Cents>,
    pub(super) freight: Option<Cents>,
    pub(super) delivery_fee_cart_rule: Option<Cents>,
}

impl Prices {
    /// Goods that the customer paid for.
    pub(super) fn items(&self) -> Cents {
        sum(&[self.unit], &[self.coupon, self.cart_rule])
    }

    /// Shipping, customs and freight that the customer paid for.
    pub(super) fn shipping(&self) -> Cents {
        sum(
            &[self.base_shipping, self.customs, self.freight],
            &[self.shipping_cart_rule, self.shipping_voucher, self.customs_cart_rule],
        )
    }

    /// Shipping as it counts for a package that is paid on delivery.
    pub(super) fn shipping_of_package(&self) -> Cents {
        Cents(self.shipping().0 - amount(self.delivery_fee_cart_rule))
    }

    /// What is given back when the item is.
    pub(super) fn refund(&self, by_coupon: bool) -> Cents {
        let voucher = if by_coupon { self.shipping_voucher } else { None };
        sum(
            &[self.after_discount, self.base_shipping, self.customs],
            &[self.customs_cart_rule, self.shipping_cart_rule, voucher],
        )
    }
}

fn sum(added: &[Option<Cents>], taken: &[Option<Cents>]) -> Cents {
    let total = |parts: &[Option<Cents>]| parts.iter().map(|part| amount(*part)).sum::<i64>();
    Cents(total(added) - total(taken))
}

fn amount(part: Option<Cents>) -> i64 {
    part.unwrap_or_default().0
}

/// Which kind of refund an item waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    RefundedNotReturned,
    ReturnedNotRefunded,
}

impl Case {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RefundedNotReturned => "Refunded not yet returned",
            Self::ReturnedNotRefunded => "Returned not yet refunded",
        }
    }
}

impl OrderItem {
    pub(super) fn new(id: i64, order_no: String, customer: i64) -> Self {
        Self {
            id,
            order_no,
            customer,
            package: None,
            status: "exportable",
            closed: false,
            marketplace: false,
            prepaid: false,
            payment_method: Some("CashOnDelivery"),
            delivery_type: Some("Home Delivery"),
            voucher_type: None,
            voucher_code: None,
            ordered: None,
            verified: None,
            shipped: None,
            delivered: None,
            package_delivered: None,
            returned: None,
            refunded: None,
            failed: None,
            price: Prices::default(),
        }
    }

    /// Whether it was paid before the end and neither delivered nor refunded.
    pub(super) fn is_prepayment(&self, calendar: &Calendar) -> bool {
        let first = day(2018, 1, 1);
        let digital = matches!(self.delivery_type, Some("Digital Content" | "Gift Card"));
        let delivery = if self.marketplace || digital { self.delivered } else { self.package_delivered };
        self.prepaid
            && within(self.verified, first, calendar.end)
            && self.ordered.is_some_and(|moment| moment >= first)
            && not_before(delivery, calendar.end)
            && not_before(self.refunded, calendar.end)
    }

    /// Whether it is in a package that was delivered and is to be paid then.
    pub(super) fn is_paid_on_delivery(&self, calendar: &Calendar) -> bool {
        !self.prepaid
            && self.payment_method != Some("NoPayment")
            && within(self.delivered, day(2019, 1, 1), calendar.end)
    }

    /// The refund case that it is.
    pub(super) fn refund_case(&self, calendar: &Calendar) -> Option<Case> {
        let first = day(2019, 1, 1);
        if within(self.refunded, first, calendar.end) && not_before(self.returned, calendar.end) {
            return self.delivered.map(|_| Case::RefundedNotReturned);
        }
        let waits = within(self.returned, first, calendar.end) && not_before(self.refunded, calendar.end);
        waits.then_some(Case::ReturnedNotRefunded)
    }

    /// What the refund case adds to the refund liability.
    pub(super) fn refund_amount(&self, case: Case) -> Cents {
        let amount = self.price.refund(self.voucher_type == Some("coupon"));
        match case {
            Case::RefundedNotReturned => amount,
            Case::ReturnedNotRefunded => Cents(-amount.0),
        }
    }
}

fn within(moment: Option<DateTime>, from: DateTime, end: DateTime) -> bool {
    moment.is_some_and(|moment| moment >= from && moment < end)
}

fn not_before(moment: Option<DateTime>, end: DateTime) -> bool {
    moment.is_none_or(|moment| moment >= end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::of("2025-09-30".parse().unwrap())
    }

    fn prepaid(verified: DateTime, delivered: Option<DateTime>) -> OrderItem {
        let mut item = OrderItem::new(1, "1".to_owned(), 1);
        (item.prepaid, item.marketplace) = (true, true);
        (item.ordered, item.verified, item.delivered) = (Some(verified), Some(verified), delivered);
        item
    }

    #[test]
    fn a_prepayment_ends_with_delivery_before_the_end() {
        let calendar = calendar();
        assert!(prepaid(calendar.on_last_day(11, 5, 0), None).is_prepayment(&calendar));
        let early = day(2025, 9, 2);
        assert!(!prepaid(early, Some(calendar.on_last_day(16, 40, 0))).is_prepayment(&calendar));
        assert!(prepaid(early, Some(calendar.end)).is_prepayment(&calendar));
    }

    #[test]
    fn refunds_have_the_sign_of_their_case() {
        let mut item = OrderItem::new(1, "1".to_owned(), 1);
        item.price.after_discount = Some(Cents(720_000));
        item.returned = Some(day(2025, 9, 7));
        let case = item.refund_case(&calendar());
        assert_eq!(case, Some(Case::ReturnedNotRefunded));
        assert_eq!(item.refund_amount(Case::ReturnedNotRefunded), Cents(-720_000));
    }
}
