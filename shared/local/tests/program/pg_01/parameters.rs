//! What a run of PG-01 is asked for (worked examples 38, 39 and 45).

use tieout_extract::bind_parameters;
use tieout_local::Library;
use tieout_model::{CutoffDate, Parameter};

#[test]
fn the_default_cutoff_is_the_last_day_of_the_month_before() {
    // 38
    for (today, cutoff) in [("2025-10-01", "2025-09-30"), ("2024-03-31", "2024-02-29"), ("2025-01-15", "2024-12-31")] {
        assert_eq!(CutoffDate::previous_month_end(today.parse().unwrap()).to_string(), cutoff, "{today}");
    }
}

#[test]
fn a_cutoff_is_a_date_of_the_calendar_and_nothing_else() {
    // 39
    for text in ["2024/10/31", "24-10-31", "2025-02-30", "1900-02-29", "2024-10-31 00:00", "", " 2024-10-31"] {
        assert!(text.parse::<CutoffDate>().is_err(), "{text:?}");
    }
    assert!("2000-02-29".parse::<CutoffDate>().is_ok());
}

#[test]
fn a_company_is_named_by_its_code_or_its_country_and_by_no_code_made_of_it() {
    // 45
    let library = Library::open(None).unwrap();
    let control = tieout_catalog::load(library.find("pg-01").unwrap()).unwrap();
    let cutoff = "2025-09-30".parse().unwrap();
    let companies = |list: &str| {
        let bound = bind_parameters(&control, cutoff, [("companies", list)]);
        bound.map(|parameters| parameters.get("companies").cloned()).map_err(|error| error.to_string())
    };
    let only = || Ok(Some(Parameter::List(vec!["EC_NG".to_owned()])));
    assert_eq!(companies("NG"), only());
    assert_eq!(companies("NG, ec_ng"), only());
    for refused in ["EC_CI", "AT_TN", "TN", ""] {
        assert!(companies(refused).is_err(), "{refused:?}");
    }
    let accounts = |list: &str| bind_parameters(&control, cutoff, [("accounts", list)]).is_ok();
    assert!(accounts("13001,13002") && accounts("18412"));
    assert!(!accounts("13001"), "a line is selected whole or not at all");
    assert!(!accounts("18304"), "the line of accrued revenue is off");
}
