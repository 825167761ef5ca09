//! Mistakes in comparisons, tie-outs, assertions and SQL: the exact words and the place of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Case, assert_mistakes};

#[test]
fn comparisons_tie_outs_and_assertions_are_checked() {
    assert_mistakes(CHECKS);
}

#[test]
fn sql_is_checked_where_it_stands() {
    assert_mistakes(SQL);
}

const CHECKS: &[Case] = &[
    (
        &[(
            "left = \"bank\"\n\
         right = \"sums\"",
            "left = \"bnk\"\n\
         right = \"sums\"",
        )],
        "72:8: there is no data set 'bnk'; did you mean 'bank'?",
    ),
    (
        &[(r#"left = "reference", right = "reference""#, r#"left = "reference", right = "refrence""#)],
        "81:38: 'ledger' has no column 'refrence'; did you mean 'reference'?",
    ),
    (
        &[(r#"left = "reference", right = "reference""#, r#"left = "reference", right = "lines""#)],
        "81:17: 'reference' is text and 'lines' is integer; cast one of them in a derived \
         data set",
    ),
    (
        &[(r#"left = "amount", right = "amount", relative"#, r#"left = "amount", right = "money", relative"#)],
        "82:21: 'amount' is decimal(18,2) and 'money' is text; cast one of them in a \
         derived data set",
    ),
    (
        &[(r#"left = "amount", right = "amount", relative"#, r#"left = "reference", right = "reference", relative"#)],
        "82:66: 'relative' needs a numeric column, and 'reference' is text",
    ),
    (
        &[(r#"relative = "0.5""#, "relative = 0.5")],
        "82:60: 'relative' must be an exact decimal in quotes, such as \"100.00\", not a \
         float",
    ),
    (&[(r#"relative = "0.5""#, r#"relative = "-0.5""#)], "82:60: 'relative' is -0.5; a tolerance is not below zero"),
    (
        &[(
            r#"{ left = "amount", right = "amount", relative = "0.5" }"#,
            r#"{ name = "amount" }, { name = "amount" }"#,
        )],
        "82:42: there are two columns here named 'amount'",
    ),
    (&[(r#"key = [{ left = "reference", right = "reference" }]"#, "key = []")], "81:7: 'key' must not be empty"),
    (
        &[(r#"id = "bank-ledger""#, r#"id = "bank-sums""#)],
        "78:6: there are two comparisons, tie-outs, assertions or threshold checks named 'bank-sums'",
    ),
    (
        &[(r#"id = "bank-ledger""#, r#"id = "Bank Ledger""#)],
        "78:6: 'id' is 'Bank Ledger'; an id is lower-case letters, digits and single \
         hyphens, at most 64",
    ),
    (
        &[(r#"id = "total""#, r#"id = "positive""#)],
        "92:6: there are two comparisons, tie-outs, assertions or threshold checks named 'positive'",
    ),
    (
        &[(r#"left = { data_set = "bank", column = "amount" }"#, r#"left = { data_set = "bank", column = "amout" }"#)],
        "86:38: 'bank' has no column 'amout'; did you mean 'amount'?",
    ),
    (
        &[(r#"left = { data_set = "bank", column = "amount" }"#, r#"left = { data_set = "bank", column = "count" }"#)],
        "86:38: column 'count' of 'bank' has no currency, so it has no control total; did \
         you mean 'amount'?",
    ),
    (
        &[(r#"by = ["reference"]"#, r#"by = ["refrence"]"#)],
        "88:7: 'bank' has no column 'refrence'; did you mean 'reference'?",
    ),
    (
        &[(r#"thresholds = ["small"]"#, r#"thresholds = ["smal"]"#)],
        "89:15: there is no threshold 'smal'; did you mean 'small'?",
    ),
    (
        &[(r#"thresholds = ["small"]"#, r#"thresholds = ["small-usd"]"#)],
        "89:15: threshold 'small-usd' is in USD, but both sides are in EUR",
    ),
    (
        &[(r#"thresholds = ["small"]"#, r#"thresholds = ["small", "small"]"#)],
        "89:24: thresholds 'small' and 'small' are both in EUR",
    ),
    (&[(r#"id = "small-usd""#, r#"id = "small""#)], "25:6: there are two thresholds named 'small'"),
    (
        &[(
            r#"amounts = [{ column = "amount", currency = "EUR" }]"#,
            r#"amounts = [{ column = "amount", currency = "USD" }]"#,
        )],
        "84:1: the left side is in EUR and the right side in USD: they can never agree",
    ),
    (
        &[(r#"amounts = [{ column = "amount", currency = "EUR" }]"#, r#"amounts = [{ column = "amount" }]"#)],
        "68:23: amount column 'amount' needs 'currency' or 'currency_column'",
    ),
    (
        &[(
            "data_set = \"bank\"\n\
         holds",
            "data_set = \"bak\"\n\
         holds",
        )],
        "93:12: there is no data set 'bak'; did you mean 'bank'?",
    ),
    (
        &[(
            "amount = \"abs(amount)\"\n\
         currency = \"EUR\"",
            r#"amount = "abs(amount)""#,
        )],
        "97:10: 'amount' needs 'currency' or 'currency_column'",
    ),
    (
        &[(
            "amount = \"abs(amount)\"\n\
         currency = \"EUR\"",
            "amount = \"abs(amount)\"\n\
         currency_column = \"amount\"",
        )],
        "98:19: column 'amount' of 'bank' is decimal(18,2), not text",
    ),
    (
        &[("amount = \"abs(amount)\"\n", "")],
        "97:12: 'currency' needs an 'amount'\n\
         98:12: 'decimals' needs an 'amount'",
    ),
    (&[("decimals = 2", "decimals = 39")], "99:12: 'decimals' is 39; at most 38 can be held"),
    (&[("decimals = 2", "")], "91:1: missing key 'decimals'"),
];

const SQL: &[Case] = &[
    (
        &[(r#"holds = "amount > $least AND"#, r#"holds = "amont > $least AND"#)],
        "94:10: there is no column 'amont'; did you mean 'amount'?",
    ),
    (
        &[(r#"holds = "amount > $least AND"#, r#"holds = "amount > $leest AND"#)],
        "94:19: there is no parameter '$leest'; did you mean 'least'?",
    ),
    (&[("booked_on <= $cutoff_date", "booked_on <=")], "94:42: SQL does not parse: expected an expression, found: EOF"),
    (
        &[("booked_on <= $cutoff_date", "booked_on <= $cutoff_date extra stuff")],
        "94:56: SQL does not parse: expected the end of the expression, found: extra",
    ),
    (
        &[("booked_on <= $cutoff_date", "EXISTS (SELECT 1 FROM ledger)")],
        "94:38: an assertion cannot hold a query of its own; join the tables in a derived \
         data set and assert over that",
    ),
    (
        &[(
            r#"holds = "amount > 0""#,
            "holds = '''\n\
         amount\n  \
         > > 0'''",
        )],
        "106:5: SQL does not parse: expected an expression, found: >",
    ),
    (
        &[(r#"sql = "sums.sql""#, r#"sql = "sum.sql""#)],
        "66:7: there is no file 'sum.sql' in the control's folder; did you mean \
         'sums.sql'?\n\
         cash/sums.sql:1:1: no [[data_sets]] or [[derived]] entry of control.toml names this file; name it \
         there or remove it",
    ),
    (
        &[(r#"sql = "sums.sql""#, r#"sql = "../sums.sql""#)],
        "66:7: 'sql' is '../sums.sql', which climbs out of its folder\n\
         cash/sums.sql:1:1: no [[data_sets]] or [[derived]] entry of control.toml names this file; name it \
         there or remove it",
    ),
    (
        &[(r#"sql = "sums.sql""#, r#"sql = "control.toml""#)],
        "66:7: 'sql' is 'control.toml', which does not end in .sql\n\
         cash/sums.sql:1:1: no [[data_sets]] or [[derived]] entry of control.toml names this file; name it \
         there or remove it",
    ),
    (
        &[(r#"name = "sums""#, r#"name = "bank""#)],
        "47:60: there is no data set 'sums'\n\
         65:8: there are two data sets named 'bank'\n\
         73:9: there is no data set 'sums'\n\
         87:22: there is no data set 'sums'\n\
         103:12: there is no data set 'sums'",
    ),
];
