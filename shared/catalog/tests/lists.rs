//! List parameters with their registries, and tables that are part of the definition.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod fixture;

use fixture::{TOML, folder};
use tieout_catalog::{ControlFolder, ParameterType, SourceKind, load, table_folders};

const DECLARED: &str = r#"
[[parameters]]
name = "companies"
type = "list(text)"
registry = { table = "company_registry", column = "company", also = ["country"] }
default = "all"

[[sources]]
name = "registry"
kind = "definition"

[[data_sets]]
name = "company_registry"
source = "registry"
file = "companies.csv"
key = ["company"]
format = { kind = "csv" }
columns = [{ name = "company", type = "text", header = "Company" }, { name = "country", type = "text" }]
tests = [{ test = "min_rows", rows = 1 }]
"#;
const COMPANIES: &str = "country,Company\nNG,EC_NG\n EG ,JM_EG\n";

fn with(edits: &[(&str, &str)]) -> ControlFolder {
    let mut folder = folder(&[]);
    let mut declared = DECLARED.to_owned();
    for (from, to) in edits {
        assert_eq!(declared.matches(from).count(), 1, "'{from}' must stand once");
        declared = declared.replacen(from, to, 1);
    }
    folder.files.insert("control.toml".to_owned(), format!("{TOML}{declared}").into_bytes());
    folder.files.insert("tables/companies.csv".to_owned(), COMPANIES.as_bytes().to_vec());
    folder
}

/// What the loader says, without places.
fn said(folder: &ControlFolder) -> String {
    match load(folder) {
        Ok(_) => "loaded".to_owned(),
        Err(mistakes) => mistakes.iter().map(|mistake| mistake.message.clone()).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_registry_is_read_from_the_definition_and_is_part_of_its_digest() {
    let folder = with(&[]);
    let control = load(&folder).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let companies = control.parameters.iter().find(|parameter| parameter.name == "companies").unwrap();
    let ParameterType::List { registry: Some(registry) } = &companies.data_type else { panic!("no registry") };
    let members: Vec<_> =
        registry.members.iter().map(|member| (member.value.as_str(), member.also.join("/"))).collect();
    assert_eq!(members, [("EC_NG", "NG".to_owned()), ("JM_EG", "EG".to_owned())]);
    let source = control.sources.iter().find(|source| source.name == "registry").unwrap();
    assert_eq!(source.kind, SourceKind::Definition { folder: "tables".to_owned() });
    assert_eq!(table_folders(&folder.files["control.toml"]), ["tables"]);
    let mut changed = folder;
    changed.files.insert("tables/companies.csv".to_owned(), format!("{COMPANIES}MA,EC_MA\n").into_bytes());
    assert_ne!(load(&changed).unwrap().digest, control.digest);
}

#[test]
fn mistakes_in_lists_and_registries_are_named() {
    for (edits, expected) in [
        (
            &[("\"all\"", "\"EC_CI\"")] as &[(&str, &str)],
            "'default' has 'EC_CI', which is not in 'company_registry'; there are: EC_NG, JM_EG",
        ),
        (&[("\"all\"", "\"\"")], "'default' must not be empty: give values with a comma between them, or leave it out"),
        (&[("column = \"company\"", "column = \"compny\"")], "'company_registry' has no column 'compny'"),
        (&[("table = \"company_registry\"", "table = \"ledger\"")], "a registry must be part of the definition"),
        (
            &[("table = \"company_registry\"", "table = \"sums\"")],
            "a registry must be an extracted data set that is part of the definition",
        ),
        (
            &[("companies.csv", "company.csv")],
            "there is no file 'tables/company.csv' in the control's folder\nthere is no file 'tables/company.csv' in the control's folder",
        ),
        (
            &[("name = \"companies\"", "name = \"ledger\"")],
            "the list parameter 'ledger' is a table of that name already",
        ),
        (
            &[("list(text)", "list(integer)")],
            "'type' is 'list(integer)', which is not a column type: use text, integer, decimal(precision,scale), boolean, date or timestamp; a list is list(text)\nunknown key 'registry'",
        ),
    ] {
        assert_eq!(said(&with(edits)), expected, "{edits:?}");
    }
}
