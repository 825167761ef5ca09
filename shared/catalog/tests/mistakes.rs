//! Mistakes of whole files, several at once, and those that need the columns of derived data sets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use std::collections::BTreeMap;

use fixture::{folder, said, schema_mistakes};
use tieout_catalog::{ControlFolder, check_schemas, load};

/// The columns that the SQL of the valid control answers with.
const SUMS: &[(&str, &str)] = &[("reference", "text"), ("amount", "decimal(18,2)")];

#[test]
fn the_valid_control_loads_and_fits_its_derived_columns() {
    assert_eq!(said(&folder(&[])), "loaded");
    assert_eq!(schema_mistakes(&[], SUMS), "good");
}

#[test]
fn every_mistake_is_reported_at_once_in_order_of_place() {
    let mut folder = folder(&[
        (r#"title = "Cash""#, r#"titel = "Cash""#),
        ("previous_month_end", "month_end"),
        (r#"amount = "5.00""#, "amount = 5.00"),
        ("key = [\"reference\"]\ncutoff", "key = [\"ref\"]\ncutoff"),
        ("left = \"bank\"\nright = \"sums\"", "left = \"bank\"\nright = \"sum\""),
        ("amount > $least", "amont > $leest"),
    ]);
    folder.files.insert("sums.sql".to_owned(), b"SELECT *\nFROM legder".to_vec());
    let expected = "\
1:1: missing key 'title'
3:1: unknown key 'titel'; did you mean 'title'?
7:19: 'rule' is 'month_end'; there are: previous_month_end, previous_day
21:10: 'amount' must be an exact decimal in quotes, such as \"100.00\", not a float
33:8: 'bank' has no column 'ref'
73:9: there is no data set 'sum'; did you mean 'sums'?
94:10: there is no column 'amont'; did you mean 'amount'?
94:18: there is no parameter '$leest'; did you mean 'least'?
cash/sums.sql:2:6: there is no data set 'legder' before this one; did you mean 'ledger'?";
    assert_eq!(said(&folder), expected);
}

#[test]
fn toml_that_does_not_parse_is_reported_with_every_place() {
    let mut folder = folder(&[]);
    folder.files.insert("control.toml".to_owned(), b"schema = 1\nid = cash\nid = 'cash'\ntitle = 'x\n".to_vec());
    let expected = "\
2:6: TOML: string values must be quoted, expected literal string
3:1: TOML: duplicate key
4:11: TOML: invalid literal string, expected `'`";
    assert_eq!(said(&folder), expected);
}

#[test]
fn files_that_are_missing_unused_or_not_text_are_reported() {
    let mut unused = folder(&[]);
    unused.files.insert("other.sql".to_owned(), b"SELECT 1".to_vec());
    unused.files.insert("sample/data.sql".to_owned(), b"data".to_vec());
    let message = "no [[data_sets]] or [[derived]] entry of control.toml names this file; name it there or remove it";
    assert_eq!(said(&unused), format!("cash/other.sql:1:1: {message}"));

    let mut latin = folder(&[]);
    latin.files.insert("sums.sql".to_owned(), b"SELECT 1\n-- \xe4".to_vec());
    assert_eq!(said(&latin), "cash/sums.sql:2:4: the file is not UTF-8 text; save it as UTF-8");
    latin.files.insert("control.toml".to_owned(), b"# \xe4".to_vec());
    assert_eq!(said(&latin), "1:3: the file is not UTF-8 text; save it as UTF-8");

    let mut missing = folder(&[]);
    missing.files.remove("control.toml");
    assert_eq!(said(&missing), "1:1: the file is missing");
    let nameless = ControlFolder { name: "..".to_owned(), files: BTreeMap::new() };
    let message =
        "the folder's name '..' is not a control id: use lower-case letters, digits and single hyphens, at most 64";
    assert_eq!(load(&nameless).unwrap_err().to_string(), format!("../control.toml:1:1: {message}"));
}

#[test]
fn a_control_that_reads_or_checks_nothing_is_a_mistake() {
    let mut folder = folder(&[]);
    let toml = fixture::TOML;
    let (start, end) = (toml.find("[[comparisons]]").unwrap(), toml.find("[notify]").unwrap());
    let unchecked = format!("{}{}", &toml[..start], &toml[end..]);
    folder.files.insert("control.toml".to_owned(), unchecked.into_bytes());
    assert_eq!(said(&folder), "1:1: the control checks nothing: add a comparison, a tie-out or an assertion");
}

#[test]
fn references_into_derived_data_sets_are_checked_against_their_planned_columns() {
    let without_reference = &[("ref", "text"), ("amount", "decimal(18,2)")];
    let expected = "\
67:8: 'sums' has no column 'reference'
74:8: 'sums' has no column 'reference'
88:7: 'sums' has no column 'reference'";
    assert_eq!(schema_mistakes(&[], without_reference), expected);

    let other_types = &[("reference", "integer"), ("amount", "text")];
    let expected = "\
68:23: column 'amount' of 'sums' is text, not decimal
74:8: 'reference' is text and 'reference' is integer; cast one of them in a derived data set
75:21: 'amount' is decimal(18,2) and 'amount' is text; cast one of them in a derived data set
88:7: column 'reference' is text on the left and integer on the right";
    assert_eq!(schema_mistakes(&[], other_types), expected);

    let misspelt = &[("reference", "text"), ("amounts", "decimal(18,2)")];
    let expected = "\
47:83: 'sums' has no column 'amount'; did you mean 'amounts'?
68:23: 'sums' has no column 'amount'; did you mean 'amounts'?
75:21: 'sums' has no column 'amount'; did you mean 'amounts'?
87:39: 'sums' has no column 'amount'; did you mean 'amounts'?
104:10: there is no column 'amount'; did you mean 'amounts'?";
    assert_eq!(schema_mistakes(&[], misspelt), expected);
}

#[test]
fn a_derived_currency_column_must_be_text() {
    let edit = (
        r#"amounts = [{ column = "amount", currency = "EUR" }]"#,
        r#"amounts = [{ column = "amount", currency_column = "cur" }]"#,
    );
    let columns = |data_type| [("reference", "text"), ("amount", "decimal(18,2)"), ("cur", data_type)];
    assert_eq!(schema_mistakes(&[edit], &columns("text")), "good");
    assert_eq!(schema_mistakes(&[edit], &columns("integer")), "68:51: column 'cur' of 'sums' is integer, not text");
}

#[test]
fn a_derived_data_set_whose_columns_nobody_planned_is_a_mistake() {
    let folder = folder(&[]);
    let control = load(&folder).unwrap();
    let diagnostics = check_schemas(&control, &folder, &BTreeMap::new()).unwrap_err();
    assert_eq!(diagnostics.to_string(), "cash/sums.sql:1:1: the columns of 'sums' are not known");
}

#[test]
fn a_damaged_definition_loads_or_says_what_is_wrong() {
    let lines: Vec<_> = fixture::TOML.lines().collect();
    let without = |dropped: usize| {
        let kept = lines.iter().enumerate().filter(|(index, _)| *index != dropped);
        kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    };
    let cut_off = (0..fixture::TOML.len()).step_by(17).map(|end| fixture::TOML[..end].to_owned());
    let mut refused = 0;
    for toml in (0..lines.len()).map(without).chain(cut_off) {
        let mut folder = folder(&[]);
        folder.files.insert("control.toml".to_owned(), toml.clone().into_bytes());
        if let Err(diagnostics) = load(&folder) {
            assert!(!diagnostics.is_empty(), "{toml}");
            assert!(!diagnostics.to_string().contains("could not be read"), "{diagnostics}");
            refused += 1;
        }
    }
    assert!(refused > 200, "only {refused} damaged definitions were refused");
}
