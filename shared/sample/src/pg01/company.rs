//! The nine companies: codes, currencies and the made-up closing rates of the sample.
//!
//! Codes and currencies are those of the control; names and rates are made up.

use crate::cell::{Cents, Rate};

/// A company of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Company {
    pub(super) code: &'static str,
    pub(super) country: &'static str,
    pub(super) country_name: &'static str,
    pub(super) currency: &'static str,
    /// Local currency per US dollar.
    pub(super) rate: Rate,
    /// Its part of the sample's rows.
    pub(super) weight: u64,
    /// Posting groups of its customers; all are in the control's scope.
    pub(super) posting_groups: &'static [&'static str],
}

const COMPANIES: [Company; 9] = [
    company("EC_IC", "CI", "Cote d'Ivoire", "XOF", 5_632_500, 10, &["NAT", "OM"]),
    company("EC_KE", "KE", "Kenya", "KES", 1_292_400, 12, &["B2C-NG-NAT", "NATIONAL"]),
    company("EC_MA", "MA", "Morocco", "MAD", 91_250, 10, &["NATIONAL", "EXPORT"]),
    company("EC_NG", "NG", "Nigeria", "NGN", 15_312_000, 24, &["LOAN-REC-NAT", "B2B-NG-NAT", "B2C-NG-NAT"]),
    company("HF_SN", "SN", "Senegal", "XOF", 5_632_500, 6, &["NAT", "UE"]),
    company("JD_DZ", "DZ", "Algeria", "DZD", 1_297_800, 6, &["NATIONAL", "EU"]),
    company("JD_GH", "GH", "Ghana", "GHS", 124_000, 8, &["NAT", "EMP-NAT"]),
    company("JD_UG", "UG", "Uganda", "UGX", 35_105_000, 8, &["NAT", "AUS"]),
    company("JM_EG", "EG", "Egypt", "EGP", 483_600, 16, &["NATIONAL", "INL"]),
];

const fn company(
    code: &'static str,
    country: &'static str,
    country_name: &'static str,
    currency: &'static str,
    rate: i64,
    weight: u64,
    posting_groups: &'static [&'static str],
) -> Company {
    Company { code, country, country_name, currency, rate: Rate(rate), weight, posting_groups }
}

impl Company {
    /// All of them, by code.
    pub(super) fn all() -> &'static [Self] {
        &COMPANIES
    }

    /// The company of a code or a country code, whatever its case.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        COMPANIES.into_iter().find(|it| it.code.eq_ignore_ascii_case(name) || it.country.eq_ignore_ascii_case(name))
    }

    /// The name of the company, as far as a sample has one.
    pub(super) fn name(&self) -> String {
        format!("Company {} ({})", self.code, self.country_name)
    }

    /// An amount of US cents in the company's currency, cut to whole cents.
    pub(super) fn local(&self, usd: Cents) -> Cents {
        let product = i128::from(usd.0) * i128::from(self.rate.0) / 10_000;
        Cents(i64::try_from(product).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_code_names_its_company_and_nothing_is_made_up_of_one() {
        assert_eq!(Company::named(" ng ").map(|it| it.code), Some("EC_NG"));
        assert_eq!(Company::named("jm_eg").map(|it| it.code), Some("JM_EG"));
        assert_eq!(Company::named("EC_CI"), None);
    }

    #[test]
    fn companies_are_sorted_by_code() {
        assert!(COMPANIES.is_sorted_by_key(|it| it.code));
    }

    #[test]
    fn round_dollars_are_exact_in_every_currency() {
        for company in COMPANIES {
            assert_eq!(company.local(Cents(100_000)).0, company.rate.0 * 10, "{}", company.code);
        }
    }
}
