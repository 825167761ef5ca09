//! What the extracts look up: companies, countries, charts of accounts, mappings and partners.
//!
//! These tables are the same in every sample, and hold rows that the queries must keep out.

use super::balance_line::BalanceLine;
use super::company::Company;
use super::outputs::Outputs;
use super::table::Table;
use crate::cell::cells;
use crate::error::SampleError;

/// Levels of the voucher account in the group's statements.
pub(super) const LEVELS: [&str; 3] = ["Liabilities", "Current liabilities", "Other payables"];

/// Whether the company's chart of accounts is known where extracts look it up.
pub(super) fn has_chart(company: &Company, account: &str) -> bool {
    company.code != "HF_SN" && !account_name(account).is_empty()
}

/// The name of an account; empty when no chart has it.
pub(super) fn account_name(account: &str) -> &'static str {
    let mut accounts = BalanceLine::ALL.iter().flat_map(|line| line.accounts());
    accounts.find(|(number, _)| *number == account).map_or("", |(_, name)| name)
}

/// Writes the tables that no company's books write.
pub(super) fn write(out: &mut Outputs) -> Result<(), SampleError> {
    for company in Company::all() {
        let name = company.name();
        let row = cells![company.code, name.as_str(), company.country, company.country, "Opco", true, true];
        out.table(Table::Companies, &row)?;
        out.table(Table::Countries, &cells![company.country, company.country_name])?;
        for line in BalanceLine::ALL.iter().flat_map(|line| line.accounts()) {
            if has_chart(company, line.0) {
                out.table(Table::ChartOfAccounts, &cells![company.code, line.0, line.1, line.0, line.1])?;
            }
        }
        for (code, verticals) in BUSLINES {
            let row = cells![company.code, code, verticals[0], verticals[1], verticals[2]];
            out.table(Table::Buslines, &row)?;
        }
    }
    // Companies that no run may select: one of a currency, one that is not consolidated.
    out.table(Table::Companies, &cells!["EC_NG_USD", "Company EC_NG in dollars", "NG", "NG", "Opco", false, true])?;
    out.table(Table::Companies, &cells!["AT_TN", "Company AT_TN (Tunisia)", "TN", "TN", "Opco", false, false])?;
    out.table(Table::Countries, &cells!["TN", "Tunisia"])?;
    out.table(Table::IfrsMapping, &cells!["18412", LEVELS[0], LEVELS[1], LEVELS[2]])
}

/// Business lines and their verticals.
pub(super) const BUSLINES: [(&str, [&str; 3]); 3] = [
    ("BL01", ["Retail", "Electronics", "Phones"]),
    ("BL02", ["Retail", "Home", "Kitchen"]),
    ("BL03", ["Marketplace", "Fashion", "Shoes"]),
];
