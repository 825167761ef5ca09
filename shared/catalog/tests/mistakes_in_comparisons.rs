//! Mistakes in what a comparison declares beyond key and columns: the exact words and the place of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Case, assert_mistakes, folder, said, schema_mistakes};

#[test]
fn normalisation_must_fit_the_type_of_its_column() {
    assert_mistakes(NORMALISATION);
}

#[test]
fn tolerances_must_fit_the_type_of_their_column() {
    assert_mistakes(TOLERANCE);
}

#[test]
fn duplicates_are_listed_paired_or_added_up() {
    assert_declared(DUPLICATES);
}

#[test]
fn other_tolerances_and_relaxed_keys_refer_to_what_is_declared() {
    assert_declared(QUESTIONS);
    assert_mistakes(OTHER_COLUMNS);
}

#[test]
fn what_a_comparison_declares_of_a_derived_data_set_is_checked_against_its_planned_columns() {
    let edits = &[(
        r#"columns = [{ name = "amount", absolute = "0.01" }]"#,
        r#"columns = [
  { name = "booked_on", normalise = ["date"], days = { before = 1, after = 3 } },
  { left = "reference", right = "ref", normalise = ["case"] },
]
duplicates = { pair_by = ["amount"] }"#,
    )];
    let fitting = &[("reference", "text"), ("ref", "text"), ("amount", "decimal(18,2)"), ("booked_on", "timestamp")];
    assert_eq!(schema_mistakes(edits, fitting), "good", "a timestamp that counts by its date compares with a date");
    let others = &[("reference", "text"), ("ref", "integer"), ("amount", "decimal(18,2)"), ("booked_on", "date")];
    let expected = "\
76:38: 'date' needs a timestamp column, and 'booked_on' is date
77:12: 'reference' is text and 'ref' is integer; cast one of them in a derived data set";
    assert_eq!(schema_mistakes(edits, others), expected);
    let missing = &[("reference", "text"), ("ref", "text"), ("booked_on", "timestamp")];
    let expected = "\
47:83: 'sums' has no column 'amount'
68:23: 'sums' has no column 'amount'
79:27: 'sums' has no column 'amount'
87:39: 'sums' has no column 'amount'
104:10: there is no column 'amount'";
    assert_eq!(schema_mistakes(edits, missing), expected.replace("87:39", "91:39").replace("104:10", "108:10"));
}

/// A line that is added to the second comparison, and what the loader then says.
type Declared = (&'static str, &'static str);

fn assert_declared(cases: &[Declared]) {
    for (line, expected) in cases {
        assert_eq!(said(&folder(&[("[[tie_outs]]", &format!("{line}\n[[tie_outs]]"))])), *expected, "{line}");
    }
}

/// The key of the comparison that the cases change.
const KEY: &str = r#"key = [{ left = "reference", right = "reference" }]"#;
/// Its columns.
const COLUMNS: &str = r#"columns = [{ left = "amount", right = "amount", relative = "0.5" }]"#;

const NORMALISATION: &[Case] = &[
    (
        &[(KEY, r#"key = [{ name = "reference", normalise = ["trimm"] }]"#)],
        "81:43: an entry of 'normalise' is 'trimm'; there are: nfc, trim, case, leading_zeros, number, date; did you mean 'trim'?",
    ),
    (&[(KEY, r#"key = [{ name = "reference", normalise = [] }]"#)], "81:42: 'normalise' must not be empty"),
    (
        &[(KEY, r#"key = [{ name = "reference", normalise = ["trim", "case", "trim"] }]"#)],
        "81:59: there are two steps here named 'trim'",
    ),
    (
        &[(KEY, r#"key = [{ name = "reference", normalise = "trim" }]"#)],
        "81:42: 'normalise' must be an array, not text",
    ),
    (
        &[(KEY, r#"key = [{ name = "reference", normalise = ["date"] }]"#)],
        "81:43: 'date' needs a timestamp column, and 'reference' is text",
    ),
    (
        &[(KEY, r#"key = [{ left = "count", right = "lines", normalise = ["leading_zeros"] }]"#)],
        "81:56: 'leading_zeros' needs a text column, and 'count' is integer",
    ),
    (
        &[(KEY, r#"key = [{ name = "reference", normalize = ["trim"] }]"#)],
        "81:30: unknown key 'normalize'; did you mean 'normalise'?",
    ),
    (
        &[(COLUMNS, r#"columns = [{ left = "reference", right = "money", normalise = ["number", "date"] }]"#)],
        "82:74: 'date' needs a timestamp column, and 'reference' is text",
    ),
    (
        &[(COLUMNS, r#"columns = [{ left = "booked_on", right = "money", normalise = ["date"] }]"#)],
        "82:21: 'booked_on' is date and 'money' is text; cast one of them in a derived data set",
    ),
];

const TOLERANCE: &[Case] = &[
    (
        &[(COLUMNS, r#"columns = [{ left = "reference", right = "money", absolute = "0.01" }]"#)],
        "82:62: 'absolute' needs a numeric column, and 'reference' is text",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", days = 2 }]"#)],
        "82:38: 'days' needs a date or timestamp column, and 'amount' is decimal(18,2)",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", days = { before = 1 } }]"#)],
        "82:38: 'days' needs a date or timestamp column, and 'amount' is decimal(18,2)\n\
         82:38: missing key 'after'",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", absolute = "0.01", days = "2" }]"#)],
        "82:57: 'days' must be a whole number, not text\n\
         82:57: 'days' needs a date or timestamp column, and 'amount' is decimal(18,2)",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", cap = "100.00" }]"#)],
        "82:37: 'cap' needs 'absolute' or 'relative': without them nothing is tolerated that could add up",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", absolute = "0.01", cap = "-1" }]"#)],
        "82:56: 'cap' is -1; a cap is not below zero",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", absolute = "0.01", relative_base = "left" }]"#)],
        "82:66: 'relative_base' needs 'relative'",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", relative = "0.01", relative_base = "lft" }]"#)],
        "82:66: 'relative_base' is 'lft'; there are: left, right, max; did you mean 'left'?",
    ),
    (
        &[(COLUMNS, r#"columns = [{ name = "amount", absolut = "0.01" }]"#)],
        "82:31: unknown key 'absolut'; did you mean 'absolute'?",
    ),
];

const DUPLICATES: &[Declared] = &[
    (
        r#"duplicates = "lst""#,
        "84:14: 'duplicates' is 'lst'; it is \"list\", { pair_by = [...] } or { sum = \"...\" }; did you mean 'list'?",
    ),
    (r#"duplicates = "sum""#, "84:14: 'duplicates' is 'sum'; it is \"list\", { pair_by = [...] } or { sum = \"...\" }"),
    (r"duplicates = true", "84:14: 'duplicates' must be a table, not a boolean"),
    (r"duplicates = {}", "84:14: 'duplicates' needs 'pair_by' or 'sum'"),
    (r#"duplicates = { pair_by = ["amount"], sum = "amount" }"#, "84:44: 'pair_by' and 'sum' exclude each other"),
    (r"duplicates = { pair_by = [] }", "84:26: 'pair_by' must not be empty"),
    (
        r#"duplicates = { pair_by = ["amount", "booked_on", "amount"] }"#,
        "84:37: 'ledger' has no column 'booked_on'\n\
         84:50: there are two columns here named 'amount'",
    ),
    (
        r#"duplicates = { pair_by = [{ left = "booked_on", right = "lines" }] }"#,
        "84:36: 'booked_on' is date and 'lines' is integer; cast one of them in a derived data set",
    ),
    (
        r#"duplicates = { sum = "amout" }"#,
        "84:22: 'bank' has no column 'amout'; did you mean 'amount'?\n\
         84:22: 'ledger' has no column 'amout'; did you mean 'amount'?",
    ),
    (
        r#"duplicates = { sum = { left = "count", right = "lines" } }"#,
        "84:31: column 'count' of 'bank' has no currency, so it has no control total; did you mean 'amount'?\n\
         84:48: column 'lines' of 'ledger' has no currency, so it has no control total",
    ),
    (
        r#"duplicates = { pairby = ["amount"] }"#,
        "84:14: 'duplicates' needs 'pair_by' or 'sum'\n\
         84:16: unknown key 'pairby'; did you mean 'pair_by'?",
    ),
];

const QUESTIONS: &[Declared] = &[
    (r"what_if = []", "84:11: 'what_if' must not be empty"),
    (
        r#"what_if = [{ column = "amont", tolerances = ["0"] }]"#,
        "84:23: 'amont' is not compared here, so it has no tolerance; did you mean 'amount'?",
    ),
    (
        r#"what_if = [{ column = "amount", tolerances = ["0", "0.10", "0.1"] }]"#,
        "84:60: there are two tolerances here of 0.1",
    ),
    (
        r#"what_if = [{ column = "amount", tolerances = ["-1", 2] }]"#,
        "84:47: an entry of 'tolerances' is -1; a tolerance is not below zero\n\
         84:53: an entry of 'tolerances' must be an exact decimal in quotes, such as \"100.00\", not an integer",
    ),
    (
        r#"what_if = [{ column = "amount", tolerances = [] }, { column = "amount", tolerances = ["1"] }]"#,
        "84:46: 'tolerances' must not be empty\n\
         84:63: there are two columns here named 'amount'",
    ),
    (r"relax = []", "84:9: 'relax' must not be empty"),
    (r"relax = [[]]", "84:10: an entry of 'relax' must not be empty"),
    (r#"relax = ["reference"]"#, "84:10: an entry of 'relax' must be an array, not text"),
    (
        r#"relax = [["reference"]]"#,
        "84:10: an entry of 'relax' has the whole key; leave out the columns that may differ",
    ),
    (r#"relax = [["refrence"]]"#, "84:11: 'refrence' is not in the key; did you mean 'reference'?"),
    (r#"paranoid = "yes""#, "84:12: 'paranoid' must be true or false, not text"),
];

const OTHER_COLUMNS: &[Case] = &[
    (
        &[
            (COLUMNS, r#"columns = [{ left = "reference", right = "money" }]"#),
            ("[[tie_outs]]", "what_if = [{ column = \"reference\", tolerances = [\"1\"] }]\n[[tie_outs]]"),
        ],
        "84:23: 'what_if' needs a numeric column, and 'reference' is text",
    ),
    (
        &[
            (KEY, r#"key = ["reference", "amount"]"#),
            ("[[tie_outs]]", "relax = [[\"amount\"], [\"amount\", \"amount\"], [\"amount\"]]\n[[tie_outs]]"),
        ],
        "84:33: there are two columns here named 'amount'\n\
         84:44: an entry of 'relax' is there twice",
    ),
];
