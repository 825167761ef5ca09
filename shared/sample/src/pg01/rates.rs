//! Closing rates: the extracts `cr_05` and `cr_05a` and the tables behind them.

use jiff::civil::DateTime;

use super::company::Company;
use super::data_set::DataSet;
use super::defect::Defect;
use super::outputs::Outputs;
use super::table::Table;
use crate::calendar::{Calendar, midnight};
use crate::cell::{Rate, cells};
use crate::error::SampleError;

/// Writes the rate of a company, and rates that are not the one asked for.
pub(super) fn write(
    company: &Company,
    calendar: &Calendar,
    defects: &[Defect],
    out: &mut Outputs,
) -> Result<(), SampleError> {
    if defects.contains(&Defect::FxRateMissing) {
        return Ok(());
    }
    let now = midnight(calendar.cutoff);
    let before = Calendar::before(calendar.month_start, 1);
    let other = Rate(company.rate.0 + 7);
    write_extract(company, "Closing", now, company.rate, false, out)?;
    write_extract(company, "Average", now, other, true, out)?;
    write_extract(company, "Closing", before, other, true, out)?;
    write_source(company, company.country_name, ("Closing", "USD"), now, company.rate, out)?;
    write_source(company, company.country_name, ("Average", "USD"), now, other, out)?;
    write_source(company, company.country_name, ("Closing", "EUR"), now, other, out)?;
    write_source(company, company.country_name, ("Closing", "USD"), before, other, out)?;
    write_source(company, "United arab emirates (the)", ("Closing", "USD"), now, other, out)
}

fn write_extract(
    company: &Company,
    kind: &'static str,
    moment: DateTime,
    rate: Rate,
    outside: bool,
    out: &mut Outputs,
) -> Result<(), SampleError> {
    let name = company.name();
    let row = cells![
        company.code,
        name.as_str(),
        "Opco",
        company.country,
        true,
        kind,
        i64::from(moment.year()),
        i64::from(moment.month()),
        rate,
        company.country_name,
    ];
    out.put(DataSet::Cr05, &row, outside)
}

fn write_source(
    company: &Company,
    country: &'static str,
    (kind, base): (&'static str, &'static str),
    moment: DateTime,
    rate: Rate,
    out: &mut Outputs,
) -> Result<(), SampleError> {
    let (year, month) = (i64::from(moment.year()), i64::from(moment.month()));
    out.table(Table::FxRates, &cells![company.code, country, year, month, kind, base, rate])
}

/// Writes the rates of the ledger itself, which are shown and never used.
pub(super) fn write_of_the_ledger(calendar: &Calendar, out: &mut Outputs) -> Result<(), SampleError> {
    let now = midnight(calendar.cutoff);
    let rows = [("EGP", now, 26_800, false), ("MAD", now, 142_200, false), ("MAD", calendar.end, 143_000, true)];
    for (currency, moment, rate, outside) in rows {
        let row = cells![currency, i64::from(moment.year()), i64::from(moment.month()), Rate(rate)];
        out.put(DataSet::Cr05a, &row, outside)?;
        out.table(Table::CurrencyRates, &cells![currency, moment, Rate(rate)])?;
    }
    out.table(Table::CurrencyRates, &cells!["GBP", now, Rate(1_750_000)])
}
