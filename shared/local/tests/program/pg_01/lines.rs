//! The other lines of the balance sheet, rates and thresholds (worked examples 6, 27 to 30, 34 to 37 and 40 to 42).

use tieout_model::{Outcome, ReasonCode};

use super::answer::Answer;
use super::books::Books;

const CUTOFF: &str = "2025-09-30";
const ACCOUNTS: &str = "13001,13002,13003,13004,13009,13005,13024,18317,18350";

fn collections(books: &mut Books, company: &str, amounts: &[&str]) {
    for amount in amounts {
        books.add("ipe_31", company, &[("Amount", amount)]);
    }
}

fn customer(books: &mut Books, company: &str, entry: &str, amount: &str, cells: &[(&str, &str)]) {
    let own = [("Entry No_", entry), ("rem_amt_LCY", amount)];
    books.add("ipe_07", company, &[own.as_slice(), cells].concat());
}

fn order_items(books: &mut Books) {
    // 40: verified on the last day; delivered before the end of the cutoff day; delivered at the end exactly.
    let verified = [("COD_OMS_SALES_ORDER_ITEM", "1"), ("FINANCE_VERIFIED_DATE", "2025-09-30 11:05")];
    books.add("ipe_10", "EC_KE", &[verified.as_slice(), &[("PAID_FOR_ITEMS", "1")]].concat());
    for (item, delivered, paid) in [("2", "2025-09-30 16:40", "10"), ("3", "2025-10-01 00:00", "100")] {
        let cells =
            [("COD_OMS_SALES_ORDER_ITEM", item), ("PACKAGE_DELIVERY_DATE", delivered), ("PAID_FOR_ITEMS", paid)];
        books.add("ipe_10", "EC_KE", &cells);
    }
    // 41: a package with two items owes its amount once.
    for _ in 0..2 {
        let cells = [("PACKAGE_NUMBER", "P1"), ("amount_expected", "900"), ("amount_received", "150")];
        books.add("ipe_12", "EC_KE", &cells);
    }
    // 42: goods that wait for a refund, a refund that waits for goods.
    let returned =
        [("Case_Type", "Returned not yet refunded"), ("RETURN_DATE", "2025-09-07"), ("AmountToRefund", "-7,200")];
    let refunded =
        [("Case_Type", "Refunded not yet returned"), ("REFUND_DATE", "2025-09-28 09:00"), ("AmountToRefund", "1,150")];
    books.add("ipe_34", "EC_KE", &returned).add("ipe_34", "EC_KE", &refunded);
}

#[tokio::test]
async fn targets_are_the_sums_of_what_is_open() {
    let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650"), ("EC_KE", "KES", "130")]);
    collections(&mut books, "EC_NG", &["1000", "2000", "500"]);
    collections(&mut books, "EC_KE", &["1,000.50", "2,000", "  3,500.75  "]);
    customer(&mut books, "EC_NG", "1", "5", &[]);
    order_items(&mut books);
    let answer = Answer::of(&books, CUTOFF, &["EC_NG", "EC_KE"], ACCOUNTS).await;
    assert_ne!(answer.result.outcome, Outcome::NotOperated, "{:?}", answer.reasons());
    let targets = answer.rows("targets", &["company", "line", "row_count", "factor", "target_lcy"]);
    for expected in [
        "EC_NG | collections | 3 | 1 | 3500.00",
        "EC_KE | collections | 3 | 1 | 6501.25",
        "EC_KE | customer_prepayments | 2 | -1 | -101.00",
        "EC_KE | delivered_not_reconciled | 1 | 1 | 750.00",
        "EC_KE | refund_liability | 2 | 1 | -6050.00",
    ] {
        assert!(targets.contains(&expected.to_owned()), "{expected}: {targets:?}");
    }
}

#[tokio::test]
async fn an_amount_that_cannot_be_read_is_never_a_smaller_total() {
    // 29: the whole column is text; and of two amounts one in another convention.
    for amounts in [["abc", "def"], ["1,000.50", "1.234,56"]] {
        let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650")]);
        collections(&mut books, "EC_NG", &amounts);
        let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "13001,13002").await;
        assert_eq!(answer.result.outcome, Outcome::NotOperated);
        assert!(answer.reasons().contains(&(ReasonCode::BadValue, "ipe_31")), "{:?}", answer.reasons());
    }
}

#[tokio::test]
async fn thresholds_are_in_dollars_and_compared_exactly() {
    // 30: equal is over; a cent less is not; the display in dollars decides nothing. 6: rates of two companies.
    let mut books = Books::of(CUTOFF, &[("JM_EG", "EGP", "50"), ("JD_GH", "GHS", "15.5"), ("EC_MA", "MAD", "4")]);
    collections(&mut books, "JD_GH", &["0"]);
    customer(&mut books, "JM_EG", "1", "0", &[]);
    books.balance("JM_EG", "EGP", "13001", "50000").balance("JM_EG", "EGP", "13003", "49999.99");
    books.balance("JM_EG", "EGP", "18350", "1000").balance("JD_GH", "GHS", "13001", "1550");
    books.balance("EC_MA", "MAD", "13001", "400");
    let answer = Answer::of(&books, CUTOFF, &["JM_EG", "JD_GH", "EC_MA"], ACCOUNTS).await;
    let cells = answer.rows("tie_out", &["company", "line", "unexplained_lcy", "unexplained_usd", "status"]);
    for expected in [
        "JM_EG | collections | 50000.00 | 1000.00 | investigate",
        "JM_EG | customer_receivables | 49999.99 | 1000.00 | ok",
        "JM_EG | customer_prepayments | 1000.00 | 20.00 | ok",
        "JD_GH | collections | 1550.00 | 100.00 | ok",
        "EC_MA | collections | 400.00 | 100.00 | ok",
    ] {
        assert!(cells.contains(&expected.to_owned()), "{expected}: {cells:?}");
    }
    assert_eq!(answer.result.outcome, Outcome::Exceptions, "{:?}", answer.reasons());
}

#[tokio::test]
async fn a_rate_that_is_not_there_is_never_one() {
    // 37: null, zero, absent. Empty is the null of a file.
    for rate in ["NULL", "0", ""] {
        let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", rate), ("EC_KE", "KES", "130")]);
        collections(&mut books, "EC_NG", &["5"]);
        let answer = Answer::of(&books, CUTOFF, &["EC_NG", "EC_KE"], "13001,13002").await;
        assert_eq!(answer.result.outcome, Outcome::NotOperated, "{rate}");
        let codes: Vec<ReasonCode> = answer.reasons().iter().map(|(code, _)| *code).collect();
        assert!(codes.contains(&ReasonCode::FxRateMissing), "{rate}: {:?}", answer.reasons());
    }
}

#[tokio::test]
async fn customers_in_several_groups_and_lines_are_listed() {
    let mut books = Books::of(CUTOFF, &[("EC_NG", "NGN", "1650")]);
    let mut entry = 0;
    let mut add = |customer_no: &str, group: &str, line: &str, amount: &str| {
        entry += 1;
        let cells = [("Customer No_", customer_no), ("Customer Posting Group", group), ("Busline Code", line)];
        customer(&mut books, "EC_NG", &entry.to_string(), amount, &cells);
    };
    // 34: two groups, one group twice, one group and none.
    for (customer_no, groups) in [("C1", ["NAT", "OM"]), ("C2", ["NAT", "NAT"])] {
        for group in groups {
            add(customer_no, group, "BL09", "1");
        }
    }
    // 35 and 36: the largest balance is primary, ties go to the smallest code.
    for (customer_no, balances) in
        [("C5", ["1000", "200", "-50"]), ("C6", ["100", "-1500", "50"]), ("C7", ["500", "500", "-500"])]
    {
        for (line, amount) in ["BL01", "BL02", "BL03"].into_iter().zip(balances) {
            add(customer_no, "NAT", line, amount);
        }
    }
    let answer = Answer::of(&books, CUTOFF, &["EC_NG"], "13003,13004,13009").await;
    let groups = answer.rows("posting_groups", &["customer_no", "posting_groups"]);
    assert_eq!(groups, ["C1 | NAT, OM"]);
    let lines = answer.rows("business_line_reclass", &["customer_no", "busline_code", "is_primary", "reclass_lcy"]);
    let expected = [
        "C5 | BL01 | true | 0.00",
        "C5 | BL02 | false | 200.00",
        "C5 | BL03 | false | -50.00",
        "C6 | BL01 | false | 100.00",
        "C6 | BL02 | true | 0.00",
        "C6 | BL03 | false | 50.00",
        "C7 | BL01 | true | 0.00",
        "C7 | BL02 | false | 500.00",
        "C7 | BL03 | false | -500.00",
    ];
    assert_eq!(lines, expected);
}
