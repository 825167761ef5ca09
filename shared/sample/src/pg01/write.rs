//! Writes a sample: every file of its folder, and the source tables where they are asked for.

use std::fs;
use std::path::Path;

use super::answer;
use super::balance_line::BalanceLine;
use super::books::Books;
use super::company::Company;
use super::data_set::DataSet;
use super::defect::Defect;
use super::outputs::Outputs;
use super::request::{Plan, Request};
use super::tally::Tally;
use super::{rates, registers};
use crate::cell::{Cents, Rate};
use crate::error::SampleError;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Data set, rows, and amount as the list of control totals has it.
    pub data_sets: Vec<(String, u64, String)>,
    /// Number of planted things.
    pub planted: usize,
}

/// Companies that are in the files of others only: no run may select them.
const STRANGER: Company = Company {
    code: "AT_TN",
    country: "TN",
    country_name: "Tunisia",
    currency: "TND",
    rate: Rate(31_200),
    weight: 1,
    posting_groups: &["NAT"],
};
/// Ledger lines of a company that is not part of the sample.
const LINES_OF_A_STRANGER: u64 = 110;

/// Writes the sample that the request asks for.
///
/// Nothing is written for a request that no sample can be made from, or into a folder that is not empty.
pub fn write(request: &Request) -> Result<Written, SampleError> {
    let plan = request.plan()?;
    prepare("--out", &request.folder)?;
    if let Some(folder) = &request.source_tables {
        prepare("--source-tables", folder)?;
    }
    let mut out = Outputs::create(&request.folder, request.source_tables.as_deref(), &plan.defects)?;
    registers::write(&mut out)?;
    rates::write_of_the_ledger(&plan.calendar, &mut out)?;
    let mut tallies = Vec::new();
    for (place, (company, lines)) in plan.companies.iter().zip(plan.lines(request.rows)).enumerate() {
        let defects = plan.defects_of(place);
        tallies.push(make_company(company, lines, &plan, defects, request.seed, &mut out)?);
    }
    out.keep_outside(true);
    make_company(&STRANGER, LINES_OF_A_STRANGER, &plan, Vec::new(), request.seed, &mut out)?;
    let totals = out.finish(&plan.defects)?;
    let planted = answer::write(request, &plan, &tallies)?;
    let in_words = |(set, total): (&DataSet, &crate::csv_file::Total)| {
        (set.id().to_owned(), total.rows, super::outputs::ten_thousandths(total.amount))
    };
    Ok(Written { data_sets: totals.iter().map(in_words).collect(), planted })
}

fn make_company(
    company: &Company,
    lines: u64,
    plan: &Plan,
    defects: Vec<Defect>,
    seed: u64,
    out: &mut Outputs,
) -> Result<Tally, SampleError> {
    rates::write(company, &plan.calendar, &defects, out)?;
    let mut books = Books::open(company, &plan.calendar, seed, lines, defects, out);
    books.make_vouchers()?;
    books.make_receivables()?;
    books.make_orders()?;
    books.make_collections()?;
    books.make_seller_transactions()?;
    plant_cells(&mut books);
    books.make_balances()?;
    Ok(books.tally)
}

/// Plants what the balances hold and nothing explains.
fn plant_cells(books: &mut Books<'_>) {
    let company = *books.company;
    let mut plant = |line: BalanceLine, amount: i64, kind: Option<Defect>, detail: &str| {
        *books.tally.unexplained.entry(line).or_default() += i128::from(amount);
        let defect = kind.unwrap_or(Defect::TieOutOverThreshold);
        books.tally.plant(&company, defect, line.name(), Cents(amount), detail);
        if kind.is_none()
            && let Some(planted) = books.tally.planted.last_mut()
        {
            (planted.kind, planted.severity) = ("just_below_threshold", "none");
        }
    };
    let threshold = company.local(Cents(100_000)).0;
    if books.defects.contains(&Defect::TieOutOverThreshold) {
        let over = company.local(Cents(275_040)).0;
        let defect = Some(Defect::TieOutOverThreshold);
        plant(BalanceLine::CustomerReceivables, over, defect, "a balance without a customer's entry");
        plant(BalanceLine::Collections, -threshold, defect, "exactly the threshold, which is not below it");
        plant(BalanceLine::DeliveredNotReconciled, threshold - 1, None, "a hundredth below the threshold");
    }
    if books.defects.contains(&Defect::CompanyMateriality) {
        let dollars = if company.code == "JM_EG" { 2_234_567 } else { 1_034_567 };
        let amount = company.local(Cents(dollars)).0;
        let defect = Some(Defect::CompanyMateriality);
        plant(BalanceLine::CustomerPrepayments, -amount, defect, "more than the company as a whole may be off by");
    }
}

/// Makes a folder, or refuses one that holds something.
fn prepare(argument: &'static str, folder: &Path) -> Result<(), SampleError> {
    let refused = |problem| SampleError::Folder { argument, path: folder.to_owned(), problem };
    match fs::read_dir(folder) {
        Ok(entries) => {
            if entries.count() > 0 {
                Err(refused("is not empty"))
            } else {
                Ok(())
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(|error| SampleError::file(folder, error))
        }
        Err(_) => Err(refused("is no folder that can be read")),
    }
}
