//! Orders of a company: prepayments, packages paid on delivery, and refunds, with cases at the edge of every rule.

use jiff::civil::DateTime;

use super::books::{Books, Thing};
use super::defect::Defect;
use super::item_rows::{CashRecord, customer_type};
use super::order_item::{Case, OrderItem, Prices};
use super::table::Table;
use crate::calendar::{Calendar, day};
use crate::cell::{Cents, cells};
use crate::chance::Chance;
use crate::error::SampleError;

/// Customers of a company's orders.
const CUSTOMERS: (i64, i64) = (60_000, 60_199);

impl Books<'_> {
    /// Makes all orders.
    pub(super) fn make_orders(&mut self) -> Result<(), SampleError> {
        for customer in CUSTOMERS.0..=CUSTOMERS.1 {
            if let Some((kind, level)) = customer_type(customer) {
                self.out.table(Table::CustomerTypes, &cells![self.company.code, customer, kind, level])?;
            }
        }
        for index in 0..self.part_of_lines(25, 16) {
            self.make_prepayment(index)?;
        }
        for index in 0..self.part_of_lines(60, 12) {
            self.make_package(index)?;
        }
        // One company has no refunds at all: neither an extract nor a balance.
        let refunds = if self.company.code == "HF_SN" { 0 } else { self.part_of_lines(40, 12) };
        for index in 0..refunds {
            self.make_refund(index)?;
        }
        Ok(())
    }

    fn make_prepayment(&mut self, index: u64) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Prepayment, index);
        let calendar = *self.calendar;
        let verified = chance.moment(Calendar::before(calendar.end, 60), calendar.end);
        let mut item = self.order(&mut chance, Calendar::before(verified, 1));
        item.prepaid = true;
        item.verified = Some(verified);
        item.payment_method = Some(if chance.once_in(2) { "Card" } else { "JumiaPay" });
        // The first ones are at the edge of a rule; all that follow are plain.
        let last_day = calendar.on_last_day(16, 40, 0);
        match index {
            0 => item.verified = Some(last_day),
            1 => item.verified = Some(calendar.last_moment()),
            2 => item.verified = Some(calendar.end),
            3 => deliver(&mut item, last_day),
            4 => deliver(&mut item, calendar.end),
            5 => item.refunded = Some(last_day),
            6 => item.refunded = Some(calendar.end),
            7 => item.prepaid = false,
            8 => item.ordered = Some(day(2017, 12, 31)),
            // A gift card counts as delivered by its own date, not by its package's.
            9 => {
                (item.marketplace, item.delivery_type) = (false, Some("Gift Card"));
                item.delivered = Some(last_day);
            }
            10 => {
                (item.marketplace, item.delivery_type) = (false, None);
                item.delivered = Some(last_day);
            }
            11 => {
                (item.marketplace, item.package_delivered) = (true, Some(last_day));
            }
            12 => item.verified = Some(day(2017, 12, 31)),
            _ => {}
        }
        if index == 13 && self.has(Defect::BadValue) {
            return self.write_unreadable(&item);
        }
        self.write_prepayment(&item)
    }

    fn make_package(&mut self, index: u64) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Package, index);
        let calendar = *self.calendar;
        let mut delivered = chance.moment(Calendar::before(calendar.end, 30), calendar.end);
        match index {
            0 => delivered = calendar.last_moment(),
            1 => delivered = calendar.end,
            2 => delivered = day(2018, 12, 31),
            _ => {}
        }
        let package = 8_000_000 + i64::try_from(index).unwrap_or(0);
        let mut items = Vec::new();
        for _ in 0..chance.between(1, 3) {
            let mut item = self.order(&mut chance, Calendar::before(delivered, 4));
            deliver(&mut item, delivered);
            item.shipped = Some(Calendar::before(delivered, 1));
            item.package = Some(package);
            match index {
                3 => item.payment_method = Some("NoPayment"),
                4 => item.payment_method = None,
                5 => item.prepaid = true,
                _ => {}
            }
            items.push(item);
        }
        let expected: i64 = items.iter().map(|item| item.price.items().0 + item.price.shipping_of_package().0).sum();
        let received = chance.once_in(3).then_some(Cents(expected / 6));
        let mut record = CashRecord { expected: Some(Cents(expected)), received, resolved: None };
        match index {
            6 => record.resolved = Some(calendar.on_last_day(10, 0, 0)),
            7 => record.resolved = Some(calendar.end),
            8 => record.expected = None,
            _ => {}
        }
        let mut records = if index % 10 == 9 { Vec::new() } else { vec![record] };
        if index == 10 && self.has(Defect::FanOut) {
            let second = CashRecord { expected: Some(Cents(expected + 100)), received: None, resolved: None };
            records.push(second);
        }
        self.write_package(&items, &records)
    }

    fn make_refund(&mut self, index: u64) -> Result<(), SampleError> {
        let mut chance = self.chance(Thing::Refund, index);
        let calendar = *self.calendar;
        let moment = chance.moment(Calendar::before(calendar.end, 90), calendar.end);
        let mut item = self.order(&mut chance, Calendar::before(moment, 20));
        item.delivered = Some(Calendar::before(moment, 10));
        item.package_delivered = item.delivered;
        item.prepaid = true;
        item.closed = true;
        item.voucher_type = *chance.pick(&[None, Some("coupon"), Some("reusablecredit")]);
        let meant = if index.is_multiple_of(3) { Case::RefundedNotReturned } else { Case::ReturnedNotRefunded };
        let mut other = None;
        let mut first = Some(moment);
        match index {
            0 | 1 => first = Some(calendar.last_moment()),
            2 | 3 => first = Some(calendar.end),
            4 | 6 => other = Some(calendar.end),
            5 | 9 => other = Some(calendar.on_last_day(9, 0, 0)),
            7 => first = Some(day(2018, 12, 31)),
            _ => {}
        }
        if index == 12 {
            item.delivered = None;
        }
        (item.refunded, item.returned) =
            if meant == Case::RefundedNotReturned { (first.take(), other) } else { (other, first.take()) };
        self.write_refund(&item, meant)
    }

    /// An item of an order with a price, of the marketplace or of retail.
    fn order(&mut self, chance: &mut Chance, ordered: DateTime) -> OrderItem {
        let id = self.item_no();
        let mut item = OrderItem::new(id, format!("3{id}"), chance.between(CUSTOMERS.0, CUSTOMERS.1));
        item.marketplace = chance.once_in(2);
        item.status = *chance.pick(&["exportable", "shipped", "delivered", "returned"]);
        item.ordered = Some(ordered);
        item.price = self.prices(chance);
        item
    }

    fn prices(&self, chance: &mut Chance) -> Prices {
        let mut usd = |least, most| self.company.local(Cents(chance.between(least, most)));
        let (unit, coupon, shipping) = (usd(800, 9000), usd(10, 200), usd(100, 400));
        let some = |amount: Cents, given: bool| given.then_some(amount);
        let (coupon_given, shipping_free) = (chance.once_in(4), chance.once_in(5));
        let customs = chance.once_in(6);
        let items = Cents(unit.0 - if coupon_given { coupon.0 } else { 0 });
        Prices {
            unit: Some(unit),
            coupon: some(coupon, coupon_given),
            cart_rule: None,
            after_discount: Some(items),
            base_shipping: Some(shipping),
            shipping_cart_rule: some(shipping, shipping_free),
            shipping_voucher: some(Cents(coupon.0 / 2), chance.once_in(7)),
            customs: some(Cents(unit.0 / 20), customs),
            customs_cart_rule: some(Cents(unit.0 / 40), customs && chance.once_in(2)),
            freight: some(Cents(shipping.0 / 2), chance.once_in(9)),
            delivery_fee_cart_rule: some(Cents(shipping.0 / 4), chance.once_in(8)),
        }
    }
}

/// The item and its package arrive at one moment.
fn deliver(item: &mut OrderItem, moment: DateTime) {
    (item.delivered, item.package_delivered) = (Some(moment), Some(moment));
}
