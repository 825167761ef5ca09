//! Voucher liability: which vouchers are owed, and what the two bridges explain (worked examples 1 to 11 and 43).

use tieout_model::{Outcome, ReasonCode};

use super::answer::Answer;
use super::books::Books;

const CUTOFF: &str = "2025-09-30";

/// Companies with their currency and the rate of the month, one an example.
const COMPANIES: [(&str, &str, &str); 9] = [
    ("EC_NG", "NGN", "1650"),
    ("EC_KE", "KES", "130"),
    ("JD_GH", "GHS", "15.5"),
    ("JD_UG", "UGX", "3700"),
    ("EC_IC", "XOF", "560"),
    ("JD_DZ", "DZD", "133"),
    ("HF_SN", "XOF", "560"),
    ("JM_EG", "EGP", "50"),
    ("EC_MA", "MAD", "10"),
];

/// A voucher of the timing bridge: created in the window, withdrawn before the month.
const TIMED: [(&str, &str); 2] =
    [("created_at", "2025-01-15 08:00:00"), ("voucher_inactive_date", "2025-08-10 09:00:00")];

fn timed(delivered: &'static str) -> Vec<(&'static str, &'static str)> {
    [TIMED.as_slice(), &[("TotalAmountUsed", delivered)]].concat()
}

fn credit_memo(voucher: &str) -> [(&str, &str); 2] {
    [("Voucher No_", voucher), ("Document Type", "Credit Memo")]
}

/// Three vouchers, of which the last is still active.
fn three(books: &mut Books, company: &str) {
    books.voucher(company, "V001", "100", &[]).voucher(company, "V002", "200", &[]);
    books.voucher(company, "V003", "50", &[("is_active", "1"), ("voucher_inactive_date", "")]);
}

fn vtc_books() -> Books {
    let mut books = Books::of(CUTOFF, &COMPANIES);
    // 1: one of two is booked.
    three(&mut books, "EC_NG");
    books.ledger("EC_NG", "1", "100", &credit_memo("V001"));
    // 2: none is booked; then one only as usage.
    three(&mut books, "EC_KE");
    three(&mut books, "JD_GH");
    let used = [
        ("Voucher No_", "V001"),
        ("User ID", "JUMIA/NAV31AFR.BATCH.SRVC"),
        ("Document Description", "Item price credit"),
    ];
    books.ledger("JD_GH", "1", "100", &used);
    // 3: booked, another use, not valid, active, plain.
    books.voucher("JD_UG", "V1", "100", &[]).ledger("JD_UG", "1", "100", &credit_memo("V1"));
    books.voucher("JD_UG", "V2", "200", &[("business_use", "store_credit")]);
    books.voucher("JD_UG", "V3", "300", &[("Is_Valid", "invalid")]);
    books.voucher("JD_UG", "V4", "400", &[("is_active", "1"), ("voucher_inactive_date", "")]);
    books.voucher("JD_UG", "V5", "500", &[]);
    // 5: the same key in other writings.
    books.voucher("EC_IC", " 12345 ", "70", &[]).ledger("EC_IC", "1", "70", &credit_memo("12345.0"));
    books.voucher("EC_IC", "ABC-77", "80", &[]).ledger("EC_IC", "2", "80", &credit_memo(" abc-77 "));
    books
}

fn timing(books: &mut Books) {
    // 7: more and less used than delivered.
    books.voucher("HF_SN", "T1", "0", &timed("100")).voucher("HF_SN", "T2", "0", &timed("200"));
    for (voucher, used) in [("T1", "150"), ("T2", "180")] {
        books.add("jdash", "HF_SN", &[("Voucher Id", voucher), ("Amount Used", used)]);
    }
    // 8: several usage lines.
    books.voucher("JD_DZ", "T1", "0", &timed("100"));
    for used in ["50", "30", "40"] {
        books.add("jdash", "JD_DZ", &[("Voucher Id", "t1"), ("Amount Used", used)]);
    }
    // 9: neither what remains nor the discount counts.
    books.voucher("JM_EG", "T1", "500", &[timed("100").as_slice(), &[("discount_amount", "600")]].concat());
    books.add("jdash", "JM_EG", &[("Voucher Id", "T1"), ("Amount Used", "130")]);
    // 11: operations knows a voucher that is not there; 43: both bridges in one cell.
    books.add("jdash", "EC_MA", &[("Voucher Id", "T9"), ("Amount Used", "77")]);
    books.add("jdash", "EC_MA", &[("Voucher Id", "T1"), ("Amount Used", "60000.25")]);
    books.voucher("EC_MA", "T1", "0", &timed("0"));
    books.voucher("EC_MA", "V1", "400000", &[("is_active", "1"), ("voucher_inactive_date", "")]);
    books.voucher("EC_MA", "V2", "350000", &[]);
    books.balance("EC_MA", "MAD", "18412", "-910000.25");
}

#[tokio::test]
async fn withdrawn_and_late_vouchers_explain_their_cells() {
    let mut books = vtc_books();
    timing(&mut books);
    let companies: Vec<&str> = COMPANIES.iter().map(|(company, _, _)| *company).collect();
    let answer = Answer::of(&books, CUTOFF, &companies, "18412").await;
    assert_eq!(answer.reasons().iter().find(|(code, _)| code.outcome() == Outcome::NotOperated), None);
    let proof = answer.rows("vtc_proof", &["company", "voucher_id", "booked", "bridge_lcy"]);
    let expected = [
        "EC_IC | 12345 | true | 0.00",
        "EC_IC | ABC-77 | true | 0.00",
        "EC_KE | V001 | false | -100.00",
        "EC_KE | V002 | false | -200.00",
        "EC_MA | V2 | false | -350000.00",
        "EC_NG | V001 | true | 0.00",
        "EC_NG | V002 | false | -200.00",
        "JD_GH | V001 | false | -100.00",
        "JD_GH | V002 | false | -200.00",
        "JD_UG | V1 | true | 0.00",
        "JD_UG | V5 | false | -500.00",
    ];
    assert_eq!(proof, expected);
    let proof = answer.rows("timing_proof", &["company", "voucher_id", "difference_lcy", "bridge_lcy"]);
    let expected = [
        "EC_MA | T1 | 60000.25 | -60000.25",
        "HF_SN | T1 | 50.00 | -50.00",
        "HF_SN | T2 | -20.00 | 20.00",
        "JD_DZ | T1 | 20.00 | -20.00",
        "JM_EG | T1 | 30.00 | -30.00",
    ];
    assert_eq!(proof, expected);
    let cells = answer.rows("cells", &["company", "target_lcy", "bridge_vtc_lcy", "bridge_timing_lcy"]);
    let expected = [
        "EC_IC | 0.00 | 0.00 | 0.00",
        "EC_KE | -50.00 | -300.00 | 0.00",
        "EC_MA | -400000.00 | -350000.00 | -60000.25",
        "EC_NG | -50.00 | -200.00 | 0.00",
        "HF_SN | 0.00 | 0.00 | -30.00",
        "JD_DZ | 0.00 | 0.00 | -20.00",
        "JD_GH | -50.00 | -300.00 | 0.00",
        "JD_UG | -400.00 | -500.00 | 0.00",
        "JM_EG | 0.00 | 0.00 | -30.00",
    ];
    assert_eq!(cells, expected);
    // 43: the cell adds up.
    let cells = answer.rows("cells", &["company", "actual_lcy", "variance_lcy", "explained_lcy", "unexplained_lcy"]);
    assert_eq!(cells[2], "EC_MA | -910000.25 | -510000.25 | -410000.25 | -100000.00");
}

#[tokio::test]
async fn only_withdrawals_of_the_month_are_candidates() {
    // 4: cutoff 2024-09-30.
    let mut books = Books::of("2024-09-30", &COMPANIES[..1]);
    for (voucher, inactive) in [("V1", "2024-09-01"), ("V2", "2024-09-30"), ("V3", "2024-08-31"), ("V4", "2024-10-01")]
    {
        let dates = [("voucher_inactive_date", inactive), ("created_at", "2023-03-15")];
        books.voucher("EC_NG", voucher, "100", &dates);
    }
    books.ledger("EC_NG", "1", "-1", &[("Posting Date", "2024-09-02")]);
    let answer = Answer::of(&books, "2024-09-30", &["EC_NG"], "18412").await;
    assert_eq!(answer.rows("vtc_proof", &["voucher_id"]), ["V1", "V2"]);
    assert_eq!(answer.rows("ipe_08_scope", &["id"]), ["V4"], "a voucher that was active at the cutoff is owed");
}

#[tokio::test]
async fn the_timing_window_is_twelve_months() {
    // 10: cutoff 2024-10-31.
    let mut books = Books::of("2024-10-31", &COMPANIES[..1]);
    for (voucher, created) in [("T1", "2023-11-01"), ("T2", "2023-10-31")] {
        let dates = [("voucher_inactive_date", "2024-08-01"), ("created_at", created)];
        books.voucher("EC_NG", voucher, "0", &dates);
        books.add("jdash", "EC_NG", &[("Voucher Id", voucher), ("Amount Used", "5")]);
    }
    books.ledger("EC_NG", "1", "-1", &[("Posting Date", "2024-09-02")]);
    let answer = Answer::of(&books, "2024-10-31", &["EC_NG"], "18412").await;
    assert_eq!(answer.rows("timing_proof", &["voucher_id"]), ["T1"]);
}

#[tokio::test]
async fn without_the_column_is_active_nothing_is_concluded() {
    // 11: a missing column is an error, never "no filter".
    let mut books = Books::of(CUTOFF, &COMPANIES[..1]);
    three(&mut books, "EC_NG");
    books.ledger("EC_NG", "1", "-1", &[]).without_column("ipe_08", "is_active");
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "18412").await;
    assert_eq!(answer.result.outcome, Outcome::NotOperated);
    assert!(answer.reasons().contains(&(ReasonCode::ColumnMissing, "ipe_08")), "{:?}", answer.reasons());
}

#[tokio::test]
async fn a_company_without_any_usage_of_operations_is_not_concluded() {
    let mut books = Books::of(CUTOFF, &COMPANIES[..1]);
    books.voucher("EC_NG", "T1", "0", &timed("100")).ledger("EC_NG", "1", "-1", &[]);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "18412").await;
    assert_eq!(answer.result.outcome, Outcome::NotOperated);
    let codes: Vec<ReasonCode> = answer.reasons().iter().map(|(code, _)| *code).collect();
    assert!(codes.contains(&ReasonCode::CounterpartMissing), "{:?}", answer.reasons());
}
