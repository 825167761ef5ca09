//! Vouchers as rows: the extracts `ipe_08` and `ipe_08_usage`, the list of operations, and the tables behind them.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::books::Books;
use super::data_set::DataSet;
use super::order_item::OrderItem;
use super::table::Table;
use super::voucher::{Usage, Use, Voucher};
use crate::calendar::year_month;
use crate::cell::{Cell, Cents, cells};
use crate::chance::Chance;
use crate::error::SampleError;

/// The reason that operations give for a withdrawal.
const WITHDRAWN: &str = "withdrawn on the customer's demand, \"to card\"";

impl Books<'_> {
    /// Writes a voucher that the query returns, with its uses and what operations show of it.
    pub(super) fn write_voucher(&mut self, voucher: &Voucher, chance: &mut Chance) -> Result<(), SampleError> {
        self.write_voucher_row(voucher, false)?;
        self.write_usages(voucher)?;
        for part in &voucher.shown_by_operations {
            let used = voucher.usages.first().map_or(voucher.created, |usage| usage.delivered).min(self.last_shown());
            let spelled = super::ledger::spelled(voucher.id, chance);
            self.write_shown(&spelled, *part, used)?;
        }
        Ok(())
    }

    /// Writes a voucher that was created outside the window.
    pub(super) fn write_voucher_outside(&mut self, voucher: &Voucher) -> Result<(), SampleError> {
        self.write_voucher_row(voucher, true)?;
        self.write_usages(voucher)
    }

    /// Writes a voucher that no list of vouchers holds, and which is known by its uses only.
    pub(super) fn write_voucher_unlisted(&mut self, voucher: &Voucher) -> Result<(), SampleError> {
        self.write_source(voucher)?;
        self.write_usages(voucher)
    }

    /// Writes a line of the list of operations.
    pub(super) fn write_shown(&mut self, voucher: &str, used: Cents, moment: DateTime) -> Result<(), SampleError> {
        if self.has(super::defect::Defect::JdashMissingForCompany) {
            return Ok(());
        }
        let order = format!("O{}", used.0 % 100_000);
        let row = cells![voucher, self.company.code, used, moment, order, "Used"];
        self.out.row(DataSet::Jdash, &row)
    }

    /// The last moment that the list of operations shows uses of.
    fn last_shown(&self) -> DateTime {
        self.calendar.on_last_day(23, 59, 59)
    }

    fn write_voucher_row(&mut self, voucher: &Voucher, outside: bool) -> Result<(), SampleError> {
        let row = self.extract_of(voucher);
        self.out.put(DataSet::Ipe08, &row, outside)?;
        if !self.out.as_extracted() {
            return Ok(());
        }
        self.write_source(voucher)?;
        let template = Template::of(voucher);
        if let Some(it) = template {
            let row = cells![self.company.code, voucher.id, it.id, it.name, it.description, it.status];
            self.out.table(Table::VoucherTemplates, &row)?;
        }
        Ok(())
    }

    fn extract_of(&self, voucher: &Voucher) -> [Cell<'static>; 38] {
        let calendar = self.calendar;
        let used = |part: fn(&Usage) -> Cents| {
            let delivered: Vec<&Usage> = voucher.usages.iter().filter(|it| it.is_delivered(calendar)).collect();
            (!delivered.is_empty()).then(|| Cents(delivered.iter().map(|usage| part(usage).0).sum()))
        };
        let mut total = voucher.used(calendar);
        if self.has(super::defect::Defect::AccuracyFailed) && voucher.id % 10 == 1 {
            total = Cents(total.0 + 1);
        }
        let template = Template::of(voucher);
        let ends = [voucher.inactive, voucher.template_inactive].into_iter().flatten().min();
        let month = |moment: Option<DateTime>| moment.map(year_month);
        cells![
            self.company.code,
            voucher.id,
            voucher.business_use,
            formatted_use(voucher),
            template.as_ref().map(|it| it.id),
            template.as_ref().map(|it| it.name),
            template.as_ref().map(|it| it.description),
            voucher.active,
            kind_of(voucher),
            template.as_ref().map(|it| it.status),
            voucher.discount,
            voucher.created,
            voucher.expires,
            month(voucher.expires),
            voucher.validity,
            voucher.created,
            year_month(voucher.created),
            year_month(calendar.month_start),
            last_use(voucher),
            calendar.end,
            voucher.inactive,
            voucher.template_inactive,
            month(voucher.inactive),
            month(voucher.template_inactive),
            reason(voucher),
            voucher.inactive.or(Some(voucher.created)),
            70_000 + voucher.id % 5000,
            Cents(voucher.discount.0 - voucher.remaining.0),
            times_used(voucher),
            voucher.remaining,
            voucher_type(voucher),
            None::<Cents>,
            used(|usage| usage.shipping),
            used(|usage| usage.marketplace),
            used(|usage| usage.retail),
            total,
            Cents(voucher.discount.0 - voucher.used(calendar).0),
            ends.or(voucher.expires),
        ]
    }

    fn write_source(&mut self, voucher: &Voucher) -> Result<(), SampleError> {
        let row = cells![
            self.company.code,
            voucher.id,
            voucher.code(),
            voucher.business_use,
            voucher.active,
            kind_of(voucher),
            voucher.discount,
            voucher.created,
            voucher.expires,
            voucher.validity,
            voucher.created,
            self.calendar.month_start,
            last_use(voucher),
            self.calendar.end,
            voucher.inactive,
            voucher.template_inactive,
            reason(voucher),
            voucher.inactive.or(Some(voucher.created)),
            70_000 + voucher.id % 5000,
            Cents(voucher.discount.0 - voucher.remaining.0),
            times_used(voucher),
            voucher.remaining,
            voucher_type(voucher),
            None::<Cents>,
        ];
        self.out.table(Table::Vouchers, &row)
    }

    /// The delivered uses by month, and the order items behind them.
    fn write_usages(&mut self, voucher: &Voucher) -> Result<(), SampleError> {
        let mut months: BTreeMap<i64, [i64; 3]> = BTreeMap::new();
        for usage in &voucher.usages {
            if usage.is_delivered(self.calendar) && usage.voucher_type == "reusablecredit" {
                let sums = months.entry(year_month(usage.delivered)).or_default();
                let parts = [usage.shipping, usage.marketplace, usage.retail];
                sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part.0);
            }
            let number = self.item_no();
            if self.out.as_extracted() {
                self.write_item_of(voucher, usage, number)?;
            }
        }
        for (month, [shipping, marketplace, retail]) in months {
            let row = cells![
                self.company.code,
                voucher.id,
                "reusablecredit",
                voucher.business_use,
                i64::from(voucher.created.year()),
                month,
                Cents(shipping),
                Cents(marketplace),
                Cents(retail),
                Cents(shipping + marketplace + retail),
            ];
            self.out.row(DataSet::Ipe08Usage, &row)?;
        }
        Ok(())
    }

    /// The order item in which a voucher was used: its coupon value is on the side of the seller that the use has.
    fn write_item_of(&mut self, voucher: &Voucher, usage: &Usage, number: i64) -> Result<(), SampleError> {
        let mut item = OrderItem::new(number, format!("3{number}"), 70_000 + voucher.id % 5000);
        item.marketplace = usage.marketplace.0 != 0;
        item.prepaid = true;
        item.voucher_type = Some(usage.voucher_type);
        item.voucher_code = Some(voucher.code());
        item.ordered = Some(usage.delivered);
        item.delivered = Some(usage.delivered);
        item.package_delivered = Some(usage.delivered);
        item.price.unit = Some(usage.total());
        item.price.coupon = Some(Cents(usage.marketplace.0 + usage.retail.0));
        item.price.shipping_voucher = Some(usage.shipping);
        self.write_item(&item)
    }
}

/// The template of a voucher, for those that have one.
struct Template {
    id: i64,
    name: &'static str,
    description: &'static str,
    status: &'static str,
}

impl Template {
    fn of(voucher: &Voucher) -> Option<Self> {
        (voucher.id % 4 != 0).then_some(Self {
            id: voucher.id % 40,
            name: "=Voucher of the month",
            description: "Bon d'achat \u{2014} \u{642}\u{633}\u{64a}\u{645}\u{629}",
            status: "active",
        })
    }
}

/// The purpose in one spelling, the vouchers of the app apart by the letters of their codes.
fn formatted_use(voucher: &Voucher) -> String {
    let purpose = voucher.business_use.trim().to_lowercase().replace(' ', "_");
    if voucher.purpose != Use::Jpay {
        return purpose;
    }
    match &voucher.code()[..2] {
        "GC" => format!("{purpose}_GC"),
        "JP" => format!("{purpose}_JP"),
        _ => format!("{purpose}_other"),
    }
}

fn kind_of(voucher: &Voucher) -> &'static str {
    if voucher.id % 2 == 0 { "coupon" } else { "code" }
}

fn voucher_type(voucher: &Voucher) -> Option<&'static str> {
    (voucher.id % 9 != 0).then_some("reusablecredit")
}

fn reason(voucher: &Voucher) -> Option<&'static str> {
    (!voucher.active && voucher.remaining.0 != 0).then_some(WITHDRAWN)
}

fn times_used(voucher: &Voucher) -> i64 {
    i64::try_from(voucher.usages.len()).unwrap_or(i64::MAX)
}

fn last_use(voucher: &Voucher) -> Option<DateTime> {
    voucher.usages.iter().map(|usage| usage.delivered).max()
}
