//! What a sample of PG-01 is asked for.

use std::path::PathBuf;

use tieout_model::CutoffDate;

use super::company::Company;
use super::defect::Defect;
use crate::calendar::Calendar;
use crate::error::SampleError;

/// Ledger lines that a company has at least: with fewer some story of a voucher would have no place.
const LEAST: u64 = 110;

/// What a sample is asked for; the defaults are those of the command line.
#[derive(Debug, Clone)]
pub struct Request {
    /// Folder for the CSV files; it must be empty or not be there.
    pub folder: PathBuf,
    /// Folder for the source tables; with it the CSV files hold what the queries return over those tables.
    pub source_tables: Option<PathBuf>,
    /// Ledger lines of all companies together.
    pub rows: u64,
    /// Codes or country codes; all companies where there are none.
    pub companies: Vec<String>,
    /// The sample's number: another seed, another sample.
    pub seed: u64,
    /// Names of what is planted; findings and things to review where nothing is said.
    pub defects: Option<Vec<String>>,
    /// Last day of the period.
    pub cutoff_date: CutoffDate,
}

/// A request that was found to be one.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) companies: Vec<Company>,
    pub(super) defects: Vec<Defect>,
    pub(super) calendar: Calendar,
}

impl Request {
    pub(super) fn plan(&self) -> Result<Plan, SampleError> {
        let companies = self.selected()?;
        let least = LEAST * companies.len() as u64;
        if self.rows < least {
            let problem = format!("is {}, too few ledger lines for every kind of voucher", self.rows);
            return Err(SampleError::argument(
                "--rows",
                problem,
                format!("ask for {least} or more, or fewer companies"),
            ));
        }
        if self.cutoff_date.date().year() < 2020 || self.cutoff_date.date().year() > 2100 {
            let problem = format!("{} is outside the years that a sample can be made for", self.cutoff_date);
            return Err(SampleError::argument("--cutoff-date", problem, "choose a day from 2020 to 2100"));
        }
        let defects = self.defects.as_deref().map_or_else(|| Ok(Defect::usual()), Defect::named)?;
        Ok(Plan { companies, defects, calendar: Calendar::of(self.cutoff_date) })
    }

    fn selected(&self) -> Result<Vec<Company>, SampleError> {
        if self.companies.is_empty() {
            return Ok(Company::all().to_vec());
        }
        let mut companies = Vec::new();
        for name in &self.companies {
            let Some(company) = Company::named(name) else {
                let known: Vec<&str> = Company::all().iter().map(|it| it.code).collect();
                let problem = format!("names '{}', which is no company of the control", name.trim());
                return Err(SampleError::argument("--companies", problem, format!("choose from {}", known.join(", "))));
            };
            companies.push(company);
        }
        companies.sort_by_key(|it| it.code);
        companies.dedup();
        Ok(companies)
    }
}

impl Plan {
    /// The ledger lines of each company: the least for all, what is left by weight, and the rest to the last.
    pub(super) fn lines(&self, rows: u64) -> Vec<u64> {
        let all: u64 = self.companies.iter().map(|it| it.weight).sum();
        let left = rows.saturating_sub(LEAST * self.companies.len() as u64);
        let mut lines: Vec<u64> = self.companies.iter().map(|it| LEAST + left * it.weight / all).collect();
        let rest = rows.saturating_sub(lines.iter().sum());
        if let Some(last) = lines.last_mut() {
            *last += rest;
        }
        lines
    }

    /// What is planted in the company at this place.
    pub(super) fn defects_of(&self, place: usize) -> Vec<Defect> {
        let here = |defect: &&Defect| defect.place(self.companies.len()) == place;
        // Headers and totals are of files, not of companies.
        self.defects.iter().filter(|defect| defect.is_of_a_file() || here(defect)).copied().collect()
    }

    /// What is planted in files as a whole, with the name of the file, or in a company without a row of its own.
    pub(super) fn of_files(&self) -> impl Iterator<Item = (Defect, String)> {
        self.defects.iter().filter_map(|defect| {
            let company = self.companies.get(defect.place(self.companies.len())).map_or("", |it| it.code);
            let subject = match defect {
                Defect::DatasetMissing => "ipe_31.csv".to_owned(),
                Defect::ColumnMissing => "ipe_08.csv, is_active".to_owned(),
                Defect::HeaderAmbiguous => "ipe_07.csv, Entry No_".to_owned(),
                Defect::EmptyDataset => "ipe_07.csv".to_owned(),
                Defect::CompletenessFailed => "control_totals.csv, ipe_08".to_owned(),
                Defect::CompletenessNotProven => "control_totals.csv, cr_03".to_owned(),
                Defect::BadValue => format!("ipe_10.csv, PAID_FOR_ITEMS of {company}"),
                Defect::FanOut => format!("ipe_12.csv, a package of {company}"),
                Defect::AccuracyFailed => format!("ipe_08.csv, TotalAmountUsed of {company}"),
                Defect::StaleSource => format!("cr_04.csv, REFRESH_DATE of {company}"),
                Defect::NoActuals => format!("cr_04.csv, {company}"),
                Defect::FxRateMissing => format!("cr_05.csv, {company}"),
                Defect::JdashMissingForCompany => format!("jdash.csv, {company}"),
                _ => return None,
            };
            Some((*defect, subject))
        })
    }
}
