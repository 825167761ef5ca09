//! Order items as rows: the extracts `ipe_10`, `ipe_12` and `ipe_34`, and the table of items behind all of them.

use jiff::civil::DateTime;

use super::balance_line::BalanceLine;
use super::books::Books;
use super::data_set::DataSet;
use super::order_item::{Case, OrderItem};
use super::table::Table;
use crate::cell::{Cell, Cents, cells};
use crate::error::SampleError;

/// What the cash reconciliation knows about a package.
#[derive(Debug, Clone)]
pub(super) struct CashRecord {
    /// Nothing where the record does not say it.
    pub(super) expected: Option<Cents>,
    pub(super) received: Option<Cents>,
    pub(super) resolved: Option<DateTime>,
}

impl Books<'_> {
    /// Writes an item that is a prepayment, or nearly one.
    pub(super) fn write_prepayment(&mut self, item: &OrderItem) -> Result<(), SampleError> {
        self.write_item(item)?;
        let row = self.prepayment_row(item);
        if !item.is_prepayment(self.calendar) {
            return self.out.outside(DataSet::Ipe10, &row);
        }
        let amount = Cents(item.price.items().0 + item.price.shipping().0);
        self.tally.add(BalanceLine::CustomerPrepayments, amount);
        self.out.row(DataSet::Ipe10, &row)
    }

    /// Writes a prepayment whose amount has a decimal comma.
    pub(super) fn write_unreadable(&mut self, item: &OrderItem) -> Result<(), SampleError> {
        let mut row = self.prepayment_row(item);
        row[16] = Cell::from("1.234,56");
        self.out.row(DataSet::Ipe10, &row)
    }

    /// Writes an item of a refund case, or of nearly one, which it is meant to be.
    pub(super) fn write_refund(&mut self, item: &OrderItem, meant: Case) -> Result<(), SampleError> {
        self.write_item(item)?;
        let kind = (item.id % 3 != 0).then_some("Return").filter(|_| item.id % 2 == 0);
        if let Some(kind) = kind {
            self.out.table(Table::RefundsNoReturn, &cells![self.company.code, item.id, kind])?;
        }
        let case = item.refund_case(self.calendar);
        let row = self.refund_row(item, case.unwrap_or(meant), kind);
        let Some(case) = case else {
            // An export does not say when an item was delivered, so it holds no item that was not.
            return if item.delivered.is_none() { Ok(()) } else { self.out.outside(DataSet::Ipe34, &row) };
        };
        self.tally.add(BalanceLine::RefundLiability, item.refund_amount(case));
        self.out.row(DataSet::Ipe34, &row)
    }

    /// Writes the items of a package that is paid on delivery, or of nearly one, with its cash records.
    ///
    /// More than one record is a defect: each gives every item once more.
    pub(super) fn write_package(&mut self, items: &[OrderItem], records: &[CashRecord]) -> Result<(), SampleError> {
        let mut counts = false;
        for item in items {
            self.write_item(item)?;
            let known: Vec<Option<&CashRecord>> =
                if records.is_empty() { vec![None] } else { records.iter().map(Some).collect() };
            let is_open = !records.iter().any(|it| it.resolved.is_some_and(|moment| moment < self.calendar.end));
            let in_scope = is_open && item.is_paid_on_delivery(self.calendar);
            counts |= in_scope;
            for record in known {
                let row = package_row(self.company.code, item, &items[0], record);
                self.out.put(DataSet::Ipe12, &row, !in_scope)?;
            }
        }
        self.write_cash_records(items, records)?;
        if counts {
            self.tally.add(BalanceLine::DeliveredNotReconciled, open_amount(items, records.first()));
        }
        Ok(())
    }

    /// Writes an item to the table of items.
    pub(super) fn write_item(&mut self, item: &OrderItem) -> Result<(), SampleError> {
        if !self.out.as_extracted() {
            return Ok(());
        }
        let price = &item.price;
        let row = cells![
            self.company.code,
            item.id,
            item.package,
            item.package.map(package_number),
            &item.order_no,
            item.customer,
            item.status,
            item.closed,
            item.marketplace,
            is_global(item),
            item.prepaid,
            item.payment_method,
            item.delivery_type,
            item.voucher_type,
            item.voucher_code.as_ref(),
            item.ordered,
            item.verified,
            item.shipped,
            item.delivered,
            item.package_delivered,
            item.returned,
            item.refunded.is_some(),
            item.refunded,
            item.failed,
            item.package.map(tracking_number),
            package_status(item),
            price.unit,
            price.coupon,
            price.cart_rule,
            price.items(),
            price.after_discount,
            price.base_shipping,
            price.shipping_cart_rule,
            price.shipping_voucher,
            price.customs,
            price.customs_cart_rule,
            price.freight,
            price.delivery_fee_cart_rule,
            fee_modification(item),
        ];
        self.out.table(Table::OrderItems, &row)
    }

    fn prepayment_row<'a>(&self, item: &'a OrderItem) -> [Cell<'a>; 20] {
        cells![
            self.company.code,
            item.prepaid,
            item.id,
            &item.order_no,
            item.customer,
            item.status,
            item.closed,
            item.marketplace,
            item.payment_method,
            item.ordered,
            item.verified,
            item.delivered,
            item.package_delivered,
            item.refunded.is_some(),
            item.refunded,
            item.failed,
            item.price.items(),
            item.price.items(),
            item.price.shipping(),
            item.delivery_type,
        ]
    }

    fn refund_row<'a>(&self, item: &'a OrderItem, case: Case, kind: Option<&'static str>) -> [Cell<'a>; 14] {
        cells![
            self.company.code,
            item.status,
            case.name(),
            item.marketplace,
            &item.order_no,
            item.customer,
            item.returned,
            is_global(item),
            item.verified,
            item.refunded,
            kind,
            customer_type(item.customer).map(|(_, level)| level),
            item.refund_amount(case),
            item.id,
        ]
    }

    fn write_cash_records(&mut self, items: &[OrderItem], records: &[CashRecord]) -> Result<(), SampleError> {
        let Some(item) = items.first() else { return Ok(()) };
        for record in records {
            let mut row = vec![Cell::from(self.company.code), Cell::from(item.package.map(package_number))];
            row.extend(record_cells(item, Some(record)));
            self.out.table(Table::CashRecords, &row)?;
        }
        Ok(())
    }
}

/// What a package still owes, once: by its record, or by its items where there is none.
fn open_amount(items: &[OrderItem], record: Option<&CashRecord>) -> Cents {
    let of_items = || items.iter().map(|item| item.price.items().0 + item.price.shipping_of_package().0).sum();
    match record.and_then(|record| record.expected.map(|expected| (expected, record.received))) {
        Some((expected, received)) => Cents(expected.0 - received.unwrap_or_default().0),
        None => Cents(of_items()),
    }
}

/// A row of an item; the cash record is that of the whole package and speaks of its first item.
fn package_row<'a>(
    company: &'static str,
    item: &'a OrderItem,
    first: &'a OrderItem,
    record: Option<&CashRecord>,
) -> Vec<Cell<'a>> {
    let mut row = cells![
        company,
        item.package,
        item.payment_method,
        item.marketplace,
        &item.order_no,
        item.package.map(package_number),
        item.voucher_type,
        item.customer,
        &item.order_no,
        item.ordered,
        item.shipped,
        item.delivered,
        item.package_delivered,
        item.prepaid,
        fee_modification(item),
        item.package.map(tracking_number),
        package_status(item),
        customer_type(item.customer).map(|(kind, _)| kind),
    ]
    .to_vec();
    row.extend(record_cells(first, record));
    row.extend(cells![item.price.items(), item.price.shipping_of_package()]);
    row
}

/// The columns of a cash record, all null where there is none.
fn record_cells<'a>(item: &'a OrderItem, record: Option<&CashRecord>) -> [Cell<'a>; 12] {
    let there = record.is_some();
    cells![
        record.and_then(|it| it.expected),
        record.and_then(|it| it.received),
        there.then_some(item.id % 6),
        item.package_delivered.filter(|_| there),
        item.delivered.filter(|_| there),
        there.then_some(400 + item.id % 9),
        there.then_some(if item.marketplace { "partner" } else { "own fleet" }),
        there.then_some("delivered"),
        item.payment_method.filter(|_| there),
        there.then_some(&item.order_no),
        record.and_then(|it| it.resolved),
        record.and_then(|it| it.received),
    ]
}

/// The kinds of a customer, which are not known for every fifth.
pub(super) fn customer_type(customer: i64) -> Option<(&'static str, &'static str)> {
    let kinds = [("Individual", "B2C"), ("Company", "B2B"), ("Reseller", "B2B")];
    (customer % 5 != 0).then(|| kinds[usize::try_from(customer % 3).unwrap_or(0)])
}

fn package_number(package: i64) -> String {
    format!("P{package}")
}

fn tracking_number(package: i64) -> String {
    format!("TRK-{package}-X")
}

fn package_status(item: &OrderItem) -> Option<&'static str> {
    item.delivered.map(|_| "delivered")
}

fn is_global(item: &OrderItem) -> bool {
    item.id % 8 == 0
}

fn fee_modification(item: &OrderItem) -> Option<Cents> {
    (item.id % 10 == 0).then_some(Cents(0))
}
