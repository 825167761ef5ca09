//! What keeps PG-01 from concluding, each by its own reason: the traps of its specification.

use tieout_model::{Outcome, ReasonCode};

use super::answer::Answer;
use super::books::Books;

const CUTOFF: &str = "2025-09-30";
const COLLECTIONS: &str = "13001,13002";

fn books() -> Books {
    let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650")]);
    books.add("ipe_31", "EC_NG", &[("Amount", "5")]);
    books
}

fn assert_reason(answer: &Answer, code: ReasonCode, subject: &str) {
    assert_eq!(answer.result.outcome, Outcome::NotOperated);
    assert!(answer.reasons().contains(&(code, subject)), "{:?}", answer.reasons());
}

#[tokio::test]
async fn items_that_disagree_on_their_package_are_a_fan_out() {
    let mut books = books();
    for received in ["150", "0"] {
        let cells = [("PACKAGE_NUMBER", "P1"), ("amount_expected", "900"), ("amount_received", received)];
        books.add("ipe_12", "EC_NG", &cells);
    }
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "13005,13024").await;
    assert_reason(&answer, ReasonCode::FanOut, "package-rows-agree");
}

#[tokio::test]
async fn balances_that_were_read_too_early_are_stale() {
    let mut books = books();
    let cells = [
        ("GROUP_COA_ACCOUNT_NO", "13001"),
        ("CURRENCY", "NGN"),
        ("BALANCE_AT_DATE", "5"),
        ("REFRESH_DATE", "2025-09-30 23:59:59.9999999"),
    ];
    books.add("cr_04", "EC_NG", &cells);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], COLLECTIONS).await;
    assert_reason(&answer, ReasonCode::StaleSource, "balances-refreshed");
}

#[tokio::test]
async fn a_company_without_balances_has_no_actuals() {
    let mut books = books();
    books.add("cr_05", "EC_KE", &[("FX_rate", "130")]);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG", "EC_KE"], COLLECTIONS).await;
    assert_reason(&answer, ReasonCode::NoActuals, "tie_out");
}

#[tokio::test]
async fn usage_of_several_companies_names_its_company() {
    let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650"), ("EC_KE", "KES", "130")]);
    books.voucher("EC_NG", "V1", "0", &[]).ledger("EC_NG", "1", "-1", &[]);
    books.add("jdash", "", &[("Voucher Id", "V1"), ("Amount Used", "5")]).without_column("jdash", "Company");
    let answer = Answer::of(&books, CUTOFF, &["EC_NG", "EC_KE"], "18412").await;
    assert_reason(&answer, ReasonCode::ColumnMissing, "usage-has-company");
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "18412").await;
    assert_eq!(answer.rows("jdash_scope", &["company"]), ["EC_NG"], "one company needs no name");
}

#[tokio::test]
async fn a_grand_total_is_held_against_its_rows_and_is_none() {
    let mut books = books();
    books.add("ipe_31", "Grand Total", &[("Amount", "5"), ("Event_date", "")]);
    let data = tempfile::tempdir().unwrap();
    books.write(data.path());
    let totals = data.path().join("control_totals.csv");
    let text = std::fs::read_to_string(&totals).unwrap();
    std::fs::write(&totals, text.replace("ipe_31,2,10", "ipe_31,1,5")).unwrap();
    let answer = Answer::of_folder(data.path(), CUTOFF, "EC_NG", COLLECTIONS).await;
    assert_ne!(answer.result.outcome, Outcome::NotOperated, "{:?}", answer.reasons());
    assert_eq!(answer.rows("targets", &["row_count", "target_lcy"]), ["1 | 5.00"]);
    std::fs::write(&totals, text.replace("ipe_31,2,10\n", "")).unwrap();
    let answer = Answer::of_folder(data.path(), CUTOFF, "EC_NG", COLLECTIONS).await;
    assert_reason(&answer, ReasonCode::CompletenessNotProven, "ipe_31");
}
