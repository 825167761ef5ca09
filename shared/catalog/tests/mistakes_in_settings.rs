//! Mistakes in keys, types, people and settings: the exact words and the place of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Case, assert_mistakes};

#[test]
fn unknown_and_missing_keys_and_wrong_types_are_named() {
    assert_mistakes(KEYS);
}

#[test]
fn people_rules_and_settings_are_checked() {
    assert_mistakes(SETTINGS);
}

const KEYS: &[Case] = &[
    (
        &[(r#"title = "Cash""#, r#"titel = "Cash""#)],
        "1:1: missing key 'title'\n\
         3:1: unknown key 'titel'; did you mean 'title'?",
    ),
    (&[(r#"title = "Cash""#, "")], "1:1: missing key 'title'"),
    (&[(r#"title = "Cash""#, "title = 7")], "3:9: 'title' must be text in quotes, not an integer"),
    (&[(r#"title = "Cash""#, r#"title = " ""#)], "3:9: 'title' must not be blank"),
    (
        &[(r#"title = "Cash""#, "title = \"Cash\\r\\nBcc: x@example.com\"")],
        "3:9: 'title' must be one line without control characters",
    ),
    (&[("schema = 1", "schema = 2")], "1:10: 'schema' is 2; this program reads schema 1"),
    (&[("schema = 1", r#"schema = "1""#)], "1:10: 'schema' must be a whole number, not text"),
    (&[(r#"id = "cash""#, r#"id = "cach""#)], "2:6: 'id' is 'cach', but the folder is named 'cash'"),
    (
        &[(
            r#"folder = "data""#,
            "folder = \"data\"\n\
         foldr = 1",
        )],
        "18:1: unknown key 'foldr'; did you mean 'folder'?",
    ),
    (&[(r#"header = "Booked""#, r#"headr = "Booked""#)], "39:40: unknown key 'headr'; did you mean 'header'?"),
    (
        &[(r#"severity = "review""#, r#"severity = "reveiw""#)],
        "106:12: 'severity' is 'reveiw'; there are: finding, review, not_operated; did you mean 'review'?",
    ),
    (&[("rows = 2", r#"rows = "2""#)], "44:31: 'rows' must be a whole number, not text"),
    (&[("rows = 2", "rows = -2")], "44:31: 'rows' is -2, which is out of range"),
    (&[("required = false", r#"required = "no""#)], "41:67: 'required' must be true or false, not text"),
    (
        &[(
            "key = [\"reference\"]\n\
         cutoff",
            "key = \"reference\"\n\
         cutoff",
        )],
        "33:7: 'key' must be an array, not text",
    ),
    (
        &[(
            r#"cutoff = { rule = "previous_month_end", time_zone = "Europe/Berlin" }"#,
            r#"cutoff = "previous_month_end""#,
        )],
        "7:10: 'cutoff' must be a table, not text",
    ),
    (
        &[(r#"tests = [{ test = "witness_present", row = { reference = "R1" } }]"#, "tests = [1]")],
        "62:10: an entry of 'tests' must be a table, not an integer",
    ),
];

const SETTINGS: &[Case] = &[
    (
        &[(r#"rule = "previous_month_end""#, r#"rule = "previous_mont_end""#)],
        "7:19: 'rule' is 'previous_mont_end'; there are: previous_month_end, previous_day; \
         did you mean 'previous_month_end'?",
    ),
    (&[("Europe/Berlin", "Europe/Berln")], "7:53: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
    (
        &[("Europe/Berlin", "europe/berlin")],
        "7:53: there is no time zone 'europe/berlin'; did you mean 'Europe/Berlin'?",
    ),
    (&[("Europe/Berlin", "CEST")], "7:53: there is no time zone 'CEST'; did you mean 'CET'?"),
    (&[("ann@example.com", "ann.example.com")], "5:33: 'email' is 'ann.example.com', which has no '@'"),
    (&[("ann@example.com", "ann@b@example.com")], "5:33: 'email' is 'ann@b@example.com', which has more than one '@'"),
    (&[("ann@example.com", "ann@.com")], "5:33: 'email' is 'ann@.com', which is not of the form name@domain"),
    (
        &[("ann@example.com", "ann@example.com>\\r\\nBcc: <x@example.com")],
        "5:33: 'email' is 'ann@example.com>\\r\\n\
         Bcc: <x@example.com', which has a character that a mail address must not have",
    ),
    (&[(r#""Ann""#, "\"Ann\\nBob\"")], "5:18: 'name' must be one line without control characters"),
    (
        &[("bob@example.com", "Ann@Example.com")],
        "6:12: the reviewer must not be the owner: nobody reviews their own work",
    ),
    (&[(r#"default = "0.00""#, r#"default = "0.005""#)], "12:11: 'default' is '0.005', which has more than 2 decimals"),
    (&[(r#"default = "0.00""#, "default = 0.00")], "12:11: 'default' must be text in quotes, not a float"),
    (
        &[(
            "type = \"decimal(18,2)\"\n\
         default",
            "type = \"timestamp\"\n\
         default",
        )],
        "11:8: a parameter cannot be a timestamp: use a date",
    ),
    (
        &[(r#"name = "least""#, r#"name = "cutoff_date""#), ("$least", "0")],
        "10:8: every control has the parameter 'cutoff_date' already",
    ),
    (
        &[(r#"kind = "files""#, r#"kind = "file""#)],
        "16:8: 'kind' is 'file'; there are: files, definition, sqlserver, postgres; did you mean 'files'?",
    ),
    (
        &[(r#"role = "owner""#, r#"role = "ower""#)],
        "111:12: 'role' is 'ower'; there are: owner, reviewer, other; did you mean 'owner'?",
    ),
    (
        &[(r#""clean", "exceptions""#, r#""clean", "exception""#)],
        "111:36: an entry of 'on' is 'exception'; there are: clean, exceptions, \
         not_operated; did you mean 'exceptions'?",
    ),
    (&[(r#"on = ["not_operated"]"#, "on = []")], "112:67: 'on' must not be empty"),
    (&[(r#"name = "Cem", email"#, "email")], "112:3: missing key 'name'"),
    (&[(r#"{ role = "owner", on"#, r#"{ role = "owner", email = "x@example.com", on"#)], "111:21: unknown key 'email'"),
    (
        &[(r#"folder = "data""#, r#"folder = "../data""#)],
        "17:10: 'folder' is '../data', which climbs out of its folder",
    ),
    (
        &[(r#"folder = "data""#, r#"folder = "/data""#)],
        "17:10: 'folder' is '/data', which is absolute: a path is relative to its folder",
    ),
    (
        &[(r#"amount = "5.00""#, "amount = 5.00")],
        "21:10: 'amount' must be an exact decimal in quotes, such as \"100.00\", not a \
         float",
    ),
    (
        &[(r#"amount = "5.00""#, "amount = 5")],
        "21:10: 'amount' must be an exact decimal in quotes, such as \"100.00\", not an \
         integer",
    ),
    (&[(r#"amount = "5.00""#, r#"amount = "5,00""#)], "21:10: 'amount' is '5,00', which is not a plain decimal number"),
    (&[(r#"amount = "5.00""#, r#"amount = "0.00""#)], "21:10: 'amount' is 0.00; a threshold is above zero"),
    (
        &[(
            "amount = \"5.00\"\n\
         currency = \"EUR\"",
            r#"amount = "5.00""#,
        )],
        "19:1: missing key 'currency'",
    ),
    (
        &[(
            "amount = \"5.00\"\n\
         currency = \"EUR\"",
            "amount = \"5.00\"\n\
         currency = \"eur\"",
        )],
        "22:12: 'currency' is 'eur': a currency code is three capital letters, such as USD",
    ),
];
