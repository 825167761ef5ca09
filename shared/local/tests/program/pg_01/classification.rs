//! Voucher lines of the ledger: which rule takes each, and the pivots over them (worked examples 12 to 26).

use super::answer::Answer;
use super::books::Books;

const CUTOFF: &str = "2025-09-30";

const INTEGRATION: (&str, &str) = ("User ID", "JUMIA/NAV31AFR.BATCH.SRVC");

/// One line: entry (the example's number and a letter), amount, what else it has; category, type and rule expected.
type Line = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

const LINES: &[Line] = &[
    (
        "12a",
        "-5437",
        &[INTEGRATION, ("Document Description", "RF_317489956_0925")],
        "Issuance | Refund | iss_int_refund",
    ),
    ("12b", "-5437", &[INTEGRATION, ("Document Description", "RF 317489956")], "Issuance | Refund | iss_int_refund"),
    ("13a", "-10", &[INTEGRATION, ("Document Description", "PYT_789012_0925")], "Issuance | JForce | iss_int_jforce"),
    (
        "13b",
        "-10",
        &[INTEGRATION, ("Document Description", "COMMERCIAL GESTURE 09")],
        "Issuance | Apology | iss_int_apology",
    ),
    ("14", "-150", &[("Document No_", "NG-SC-2024-001")], "Issuance | Store Credit | iss_man_store"),
    (
        "15a",
        "-50",
        &[("Document Description", "RFN voucher"), ("Document No_", "INV-001")],
        "Issuance | Refund | iss_man_refund",
    ),
    ("15b", "-150", &[("Document Description", "other")], "Issuance | ~ | iss_man_other"),
    (
        "16",
        "75",
        &[INTEGRATION, ("Document Description", "Item price credit"), ("Voucher No_", "V001")],
        "Usage | Refund | use_int_phrase",
    ),
    (
        "17",
        "45",
        &[INTEGRATION, ("Document Description", "Voucher Accrual reversal")],
        "Cancellation | Apology | can_accrual",
    ),
    ("18a", "30", &[("Document Description", "EXPR_APLGY")], "Expired | Apology | exp_apology"),
    ("18b", "25", &[("Document Description", "EXPR_JFORCE")], "Expired | JForce | exp_jforce"),
    ("18c", "20", &[("Document Description", "EXPR_STR CRDT")], "Expired | Store Credit | exp_store"),
    ("18d", "35", &[("Document Description", "EXPR-2024-001")], "Expired | ~ | exp_other"),
    ("19a", "100", &[("Document Description", "Manual RND")], "VTC | Refund | vtc_rnd"),
    ("19b", "85", &[("Document Type", "Credit Memo")], "Cancellation | Store Credit | can_credit_memo"),
    ("19c", "60", &[("Document Description", "ITEMPRICECREDIT")], "Usage | ~ | use_man"),
    ("20a", "5437", &[("Bal_ Account Type", "Bank Account")], "VTC | Refund | vtc_bank"),
    (
        "20b",
        "-5437",
        &[("Bal_ Account Type", "Bank Account"), ("Document Description", "Customer refund payment")],
        "Issuance | Refund | iss_man_refund",
    ),
    ("22", "10", &[INTEGRATION, ("Chart of Accounts No_", "13011")], "~ | ~ | other_account"),
    (
        "23",
        "-10",
        &[("Document Description", "PERF BONUS"), ("Document No_", "MANUAL1")],
        "Issuance | ~ | iss_man_other",
    ),
];

#[tokio::test]
async fn every_line_has_the_rule_of_its_example() {
    let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650")]);
    for (entry, amount, cells, _) in LINES {
        books.ledger("EC_NG", entry, amount, cells);
    }
    // 21: who counts as the integration.
    let users = ["JUMIA\\NAV31AFR.BATCH.SRVC", "jumia/nav31afr.batch.srvc", "NAV/13", ""];
    for (user, entry) in users.into_iter().zip(["21a", "21b", "21c", "21d"]) {
        books.ledger("EC_NG", entry, "-1", &[("User ID", user), ("Chart of Accounts No_", "13011")]);
    }
    books.voucher("EC_NG", "V001", "0", &[("is_active", "1"), ("voucher_inactive_date", "")]);
    books.add("ipe_08_usage", "EC_NG", &[("id", "V001"), ("business_use", "store_credit"), ("TotalAmountUsed", "75")]);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "18412").await;
    let rows = answer.rows("classified_lines", &["entry_no", "category", "voucher_type", "rule_id"]);
    let of_users: Vec<&String> = rows.iter().filter(|row| row.starts_with("21")).collect();
    assert_eq!(of_users.len(), 4);
    let rows: Vec<&String> = rows.iter().filter(|row| !row.starts_with("21")).collect();
    let expected: Vec<String> =
        LINES.iter().map(|(entry, _, _, answer)| format!("{} | {answer}", entry.to_uppercase())).collect();
    assert_eq!(rows, expected.iter().collect::<Vec<_>>());
    let users = answer.rows("classified_lines", &["entry_no", "integration_type"]);
    let users: Vec<&str> = users.iter().filter(|row| row.starts_with("21")).map(|row| &row[6..]).collect();
    assert_eq!(users, ["Integration", "Integration", "Manual", "Manual"]);
    let sources = answer.rows("classified_lines", &["entry_no", "looked_up_source"]);
    assert!(sources.contains(&"16 | ipe_08".to_owned()), "the first source with a hit decides: {sources:?}");
}

#[tokio::test]
async fn pivots_of_ledger_and_vouchers_stand_beside_each_other() {
    let mut books = Books::of(
        CUTOFF,
        &[("EC_NG", "NGN", "1650"), ("EC_KE", "KES", "130"), ("JM_EG", "EGP", "50"), ("JD_GH", "GHS", "15.5")],
    );
    // 24: a total, and one bucket of three lines.
    for (entry, amount, text) in [("1", "-1000", "RFN"), ("2", "500", "EXPR_RFN"), ("3", "300", "Manual RND")] {
        books.ledger("EC_NG", entry, amount, &[("Document Description", text)]);
    }
    for (entry, amount) in [("1", "-1000"), ("2", "-500"), ("3", "-250")] {
        books.ledger("EC_KE", entry, amount, &[("Document Description", "RFN")]);
    }
    // 25: both sides, vouchers only, ledger only.
    let used = [INTEGRATION, ("Document Description", "Item price credit"), ("Voucher No_", "V1")];
    books.ledger("JM_EG", "1", "1000", &used).ledger("JM_EG", "2", "300", &[("Document Description", "Manual RND")]);
    books.voucher("JM_EG", "V1", "0", &[("is_active", "1"), ("voucher_inactive_date", "")]);
    books.add("ipe_08_usage", "JM_EG", &[("id", "V1"), ("TotalAmountUsed", "900")]);
    let expired = [("business_use", "apology_v2"), ("to_date", "2025-05-31"), ("Is_Valid", "expired")];
    books.voucher("JM_EG", "V2", "500", &expired);
    // 26: a variance below its threshold.
    let used = [INTEGRATION, ("Document Description", "Item price credit"), ("Voucher No_", "V1")];
    books.ledger("EC_NG", "4", "1650000", &used);
    books.voucher("EC_NG", "V1", "0", &[("is_active", "1"), ("voucher_inactive_date", "")]);
    books.add("ipe_08_usage", "EC_NG", &[("id", "V1"), ("TotalAmountUsed", "1485000")]);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG", "EC_KE", "JM_EG", "JD_GH"], "18412").await;
    let pivot = answer.rows("nav_pivot", &["company", "category", "voucher_type", "amount_lcy", "row_count"]);
    for expected in ["EC_KE | Issuance | Refund | -1750.00 | 3", "EC_NG | __TOTAL__ |  | 1649800.00 | 4"] {
        assert!(pivot.contains(&expected.to_owned()), "{expected}: {pivot:?}");
    }
    let buckets = answer.rows("voucher_buckets", &["company", "category", "nav_lcy", "tv_lcy", "variance_lcy"]);
    for expected in [
        "JM_EG | Usage | 1000.00 | 900.00 | 100.00",
        "JM_EG | Expired | 0.00 | 500.00 | -500.00",
        "JM_EG | VTC | 300.00 | 0.00 | 300.00",
        "EC_NG | Usage | 1650000.00 | 1485000.00 | 165000.00",
    ] {
        assert!(buckets.contains(&expected.to_owned()), "{expected}: {buckets:?}");
    }
    let judged = answer.rows("voucher_variance", &["company", "category", "variance_usd", "status"]);
    assert!(judged.contains(&"EC_NG | Usage | 100.00 | ok".to_owned()), "{judged:?}");
}
