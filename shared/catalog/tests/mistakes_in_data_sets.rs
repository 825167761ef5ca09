//! Mistakes in data sets, their formats, columns and tests: the exact words and the place of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Case, assert_mistakes};

#[test]
fn formats_columns_and_scope_are_checked() {
    assert_mistakes(DATA_SETS);
}

#[test]
fn completeness_tests_are_checked() {
    assert_mistakes(COMPLETENESS);
}

const DATA_SETS: &[Case] = &[
    (
        &[(
            "name = \"bank\"\n\
         source",
            "name = \"Bank\"\n\
         source",
        )],
        "30:8: 'name' is 'Bank'; a name is a lower-case letter, then lower-case letters, \
         digits and '_', at most 63\n\
         54:23: there is no data set 'bank'; did you mean 'Bank'?\n\
         72:8: there is no data set 'bank'; did you mean 'Bank'?\n\
         79:8: there is no data set 'bank'; did you mean 'Bank'?\n\
         86:21: there is no data set 'bank'; did you mean 'Bank'?\n\
         93:12: there is no data set 'bank'; did you mean 'Bank'?",
    ),
    (
        &[(
            "source = \"books\"\n\
         file = \"bank*.csv\"",
            "source = \"boks\"\n\
         file = \"bank*.csv\"",
        )],
        "31:10: there is no source 'boks'; did you mean 'books'?",
    ),
    (&[("bank*.csv", "*/bank.csv")], "32:8: 'file' is '*/bank.csv'; '*' may stand in the last part only"),
    (&[("bank*.csv", "../bank.csv")], "32:8: 'file' is '../bank.csv', which climbs out of its folder"),
    (
        &[(r#"kind = "csv""#, r#"kind = "cvs""#)],
        "36:19: 'kind' is 'cvs'; there are: csv, xlsx, parquet, json_lines; did you mean \
         'csv'?",
    ),
    (
        &[
            (
                r#"{ name = "booked_on", type = "date", header = "Booked" }"#,
                r#"{ name = "booked_on", type = "date", header = "Booked", aliases = ["booked_on", "Re_ference"] }"#,
            ),
            ("file = \"bank*.csv\"", "file = \"bank*.csv\"\nheader_match = \"folded\""),
        ],
        "40:83: the alias 'Re_ference' is claimed by another column too",
    ),
    (
        &[(r#"group_mark = ".""#, r#"fraction_digits = 5, null_dates = ["1753"]"#)],
        "36:81: 'fraction_digits' is 5; it goes from 6 to 9, and those after the sixth are cut\n\
         36:98: an entry of 'null_dates' is '1753', which is not a date such as 1753-01-01",
    ),
    (
        &[(r#"delimiter = ";""#, r#"delimiter = ";;""#)],
        "36:38: 'delimiter' must be one ASCII character that is no letter, digit or line \
         end",
    ),
    (&[(r#"delimiter = ";""#, r#"delimiter = ";", quote = ";""#)], "36:51: 'quote' and 'delimiter' must differ"),
    (
        &[(r#"delimiter = ";""#, r#"delimiter = ";", encoding = "utf8""#)],
        "36:54: 'encoding' is 'utf8'; there are: utf-8, latin-1, utf-16; did you mean \
         'utf-8'?",
    ),
    (&[(r#"group_mark = ".""#, r#"group_mark = ",""#)], "36:10: 'group_mark' and 'decimal_mark' must differ"),
    (
        &[(r#"group_mark = ".""#, r#"date = "%d.%m.""#)],
        "36:70: 'date' is '%d.%m.', which does not hold a date; use strptime directives for \
         year, month and day, such as %Y-%m-%d",
    ),
    (&[(r#"group_mark = ".""#, r#"sheet = "x""#)], "36:63: unknown key 'sheet'"),
    (
        &[(r#"group_mark = ".""#, r#"true_values = ["x"], false_values = ["x"]"#)],
        "36:100: 'x' means both true and false",
    ),
    (
        &[(r#"group_mark = ".""#, r#"negative = ["brackets"]"#)],
        "36:75: an entry of 'negative' is 'brackets'; there are: parentheses, \
         trailing_minus, unicode_minus",
    ),
    (&[(r#"group_mark = ".""#, "header = false")], "39:49: 'header' has no effect in a file without a header row"),
    (&[(r#"sheet = "Ledger""#, "header_row = 0")], "55:40: 'header_row' counts from 1"),
    (
        &[(r#"kind = "xlsx", sheet = "Ledger""#, r#"kind = "parquet", decimal_mark = ",""#)],
        "55:30: unknown key 'decimal_mark'",
    ),
    (
        &[(r#"type = "date""#, r#"type = "dat""#)],
        "39:32: 'type' is 'dat', which is not a column type: use text, integer, \
         decimal(precision,scale), boolean, date or timestamp; did you mean 'date'?",
    ),
    (
        &[(r#"type = "date""#, r#"type = "text""#)],
        "34:17: column 'booked_on' of 'bank' is text, not a date or timestamp\n\
         45:34: column 'booked_on' of 'bank' is text, not a date or timestamp",
    ),
    (
        &[(r#"type = "date""#, r#"type = "decimal(40,2)""#)],
        "39:32: 'type' is 'decimal(40,2)', which is not a column type: use text, integer, \
         decimal(precision,scale), boolean, date or timestamp",
    ),
    (
        &[(r#"type = "decimal(18,2)", currency = "EUR""#, r#"type = "integer", currency = "EUR""#)],
        "40:12: column 'amount' has a currency, so it must be decimal, not integer",
    ),
    (
        &[(r#"currency_column = "money""#, r#"currency_column = "mony""#)],
        "59:64: 'ledger' has no column 'mony'; did you mean 'money'?",
    ),
    (
        &[(r#"currency_column = "money""#, r#"currency_column = "lines""#)],
        "59:64: column 'lines' of 'ledger' is integer, not text",
    ),
    (
        &[(r#"currency_column = "money""#, r#"currency_column = "money", currency = "EUR""#)],
        "59:64: 'currency' and 'currency_column' exclude each other",
    ),
    (&[("nullable = true, required", "required")], "41:12: column 'count' is not required, so it must be nullable"),
    (&[(r#"{ name = "count""#, r#"{ name = "amount""#)], "41:12: there are two columns named 'amount'"),
    (
        &[(r#"name = "count", type"#, r#"name = "tieout_x", type"#)],
        "41:12: 'name' is 'tieout_x'; names that begin with tieout_ are taken",
    ),
    (&[(r#"header = "Booked""#, r#"header = "amount""#)], "40:12: there are two column headers named 'amount'"),
    (
        &[(
            "key = [\"reference\"]\n\
         cutoff",
            "key = [\"refrence\"]\n\
         cutoff",
        )],
        "33:8: 'bank' has no column 'refrence'; did you mean 'reference'?",
    ),
    (
        &[(
            "key = [\"reference\"]\n\
         cutoff",
            "key = [\"reference\", \"reference\"]\n\
         cutoff",
        )],
        "33:21: there are two columns here named 'reference'",
    ),
    (&[(r#"cutoff_column = "booked_on""#, "")], "35:9: 'since' needs a 'cutoff_column'"),
    (
        &[(r#"since = "month_start""#, r#"since = "mont_start""#)],
        "35:9: 'since' is 'mont_start'; there are: month_start, year_start, cutoff_date; did you mean \
         'month_start'?",
    ),
    (
        &[(r#"data_set = "bank", on = ["reference"]"#, r#"data_set = "sums", on = ["reference"]"#)],
        "54:23: 'ledger' must be within an earlier data set, and 'sums' is none",
    ),
    (
        &[(r#"data_set = "bank", on = ["reference"]"#, r#"data_set = "bnk", on = ["reference"]"#)],
        "54:23: there is no data set 'bnk'; did you mean 'bank'?",
    ),
    (
        &[(r#"data_set = "bank", on = ["reference"]"#, r#"data_set = "bank", on = ["lines"]"#)],
        "54:37: 'bank' has no column 'lines'",
    ),
    (
        &[
            (r#"data_set = "bank", on = ["reference"]"#, r#"data_set = "bank", on = ["amount"]"#),
            (
                r#"{ name = "amount", type = "decimal(18,2)", currency_column = "money" }"#,
                r#"{ name = "amount", type = "decimal(18,4)", currency_column = "money" }"#,
            ),
        ],
        "54:37: column 'amount' is decimal(18,4) in 'ledger' and decimal(18,2) in 'bank'",
    ),
    (
        &[(
            "key = [\"reference\"]\n\
         cutoff_column",
            "rejects_tolerated = -1\n\
         cutoff_column",
        )],
        "33:21: 'rejects_tolerated' is -1, which is out of range",
    ),
];

const COMPLETENESS: &[Case] = &[
    (
        &[(r#"test = "min_rows""#, r#"test = "min_row""#)],
        "44:12: 'test' is 'min_row'; there are: min_rows, expected_count, expected_total, \
         witness_present, witness_absent, freshness, unique_key, source_count, control_total; did you mean 'min_rows'?",
    ),
    (
        &[(r#"test = "min_rows", rows = 2"#, r#"test = "source_count", data_set = "ledger""#)],
        "44:39: 'ledger' has no column 'dataset' as a list of control totals has it; \
         it has dataset (text), rows (integer) and amount (decimal)",
    ),
    (
        &[
            (r#"test = "min_rows", rows = 2"#, r#"test = "unique_key""#),
            (
                "file = \"bank*.csv\"\n\
         key = [\"reference\"]",
                "file = \"bank*.csv\"",
            ),
        ],
        "43:3: a unique_key test needs the data set's 'key'",
    ),
    (
        &[(r#"column = "booked_on", max"#, r#"column = "boked_on", max"#)],
        "45:34: 'bank' has no column 'boked_on'; did you mean 'booked_on'?",
    ),
    (
        &[(r#"column = "booked_on", max"#, r#"column = "amount", max"#)],
        "45:34: column 'amount' of 'bank' is decimal(18,2), not a date or timestamp",
    ),
    (
        &[(r#"data_set = "ledger", column = "lines""#, r#"data_set = "ledgr", column = "lines""#)],
        "46:41: there is no data set 'ledgr'; did you mean 'ledger'?",
    ),
    (
        &[(r#"data_set = "ledger", column = "lines""#, r#"data_set = "ledger", column = "amount""#)],
        "46:60: column 'amount' of 'ledger' is decimal(18,2), not integer",
    ),
    (
        &[(r#"data_set = "ledger", column = "lines""#, r#"column = "lines""#)],
        "46:3: an expected_count needs either 'rows' or 'data_set'",
    ),
    (
        &[(r#"data_set = "ledger", column = "lines""#, r#"rows = 1, column = "count""#)],
        "46:49: 'column' needs a 'data_set' that has it",
    ),
    (
        &[(r#"data_set = "ledger", column = "lines""#, r#"data_set = "bank""#)],
        "46:41: 'bank' cannot be its own second source",
    ),
    (
        &[(r#"test = "expected_total", column = "amount""#, r#"test = "expected_total", column = "count""#)],
        "47:39: column 'count' of 'bank' has no currency, so it has no control total; did \
         you mean 'amount'?",
    ),
    (
        &[(r#"data_set = "sums", total_column = "amount""#, r#"data_set = "sums", total_column = "sum""#)],
        "47:83: column 'sum' of 'sums' has no currency, so it has no control total",
    ),
    (
        &[(r#"data_set = "sums", total_column = "amount""#, r#"amount = 1.00, currency = "EUR""#)],
        "47:58: 'amount' must be an exact decimal in quotes, such as \"100.00\", not a \
         float",
    ),
    (
        &[(r#"data_set = "sums", total_column = "amount""#, r#"amount = "1.00", currency = "USD""#)],
        "47:77: 'currency' is USD, but the column is in EUR",
    ),
    (
        &[(r#"data_set = "sums", total_column = "amount""#, r#"amount = "1.00""#)],
        "47:3: an expected_total needs either 'amount' and 'currency' or 'data_set' and \
         'total_column'",
    ),
    (
        &[(r#"row = { reference = "R1" }"#, r#"row = { referenc = "R1" }"#)],
        "62:46: 'ledger' has no column 'referenc'; did you mean 'reference'?",
    ),
    (
        &[(r#"row = { reference = "R1" }"#, "row = { reference = 1 }")],
        "62:58: 'reference' must be text in quotes, not an integer",
    ),
    (&[(r#"row = { reference = "R1" }"#, "row = { }")], "62:44: 'row' must name at least one column with its text"),
];
