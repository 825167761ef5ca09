//! Lists, tables of the definition, rules and exclusions, end to end in one small control.

use tieout_evidence::{Verdict, verify_package};
use tieout_model::{Outcome, ReasonCode, RuleStatus, RunResult};
use tieout_pipeline::OperateError;

use crate::harness::{Bench, store};

const DEFINITION: &str = r#"
schema = 1
id = "lines"
title = "Lines"
description = "Lines of the companies that are selected, each with the rule that takes it."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "folder", kind = "files", folder = "sample" }, { name = "registry", kind = "definition" }]

[[parameters]]
name = "companies"
type = "list(text)"
registry = { table = "company_registry", column = "company", also = ["country"] }
default = "all"

[[data_sets]]
name = "company_registry"
source = "registry"
file = "companies.csv"
key = ["company"]
format = { kind = "csv" }
columns = [{ name = "company", type = "text" }, { name = "country", type = "text" }]
tests = [{ test = "min_rows", rows = 1 }]

[[data_sets]]
name = "lines"
source = "folder"
file = "lines.csv"
key = ["id"]
cutoff_column = "booked_on"
since = "2024-01-02"
selected = [{ column = "company", parameter = "companies", reason = "company_not_selected" }]
format = { kind = "csv" }
columns = [
  { name = "id", type = "integer" },
  { name = "company", type = "text" },
  { name = "booked_on", type = "date" },
  { name = "text", type = "text", nullable = true },
  { name = "amount", type = "decimal(18,2)", currency = "EUR" },
]
tests = [{ test = "min_rows", rows = 1 }]

[[data_sets]]
name = "extra"
source = "folder"
file = "extra.csv"
optional = true
only_for = { parameter = "companies", any = ["JM_EG"] }
format = { kind = "csv" }
columns = [{ name = "id", type = "integer" }]
tests = [{ test = "expected_count", data_set = "lines" }]

[[derived]]
name = "in_scope"
sql = "in_scope.sql"
key = ["id"]
amounts = [{ column = "amount", currency = "EUR" }]
excluded_by = "removed"
tests = [{ test = "min_rows", rows = 1 }]

[[derived]]
name = "classified"
classify = "rules/lines.toml"
from = "in_scope"
key = ["id"]
amounts = [{ column = "amount", currency = "EUR" }]
tests = [{ test = "expected_count", data_set = "in_scope" }]

[[assertions]]
id = "taken"
data_set = "classified"
holds = "rule_id <> 'no_rule'"
description = "Every line has a rule."
severity = "finding"
finding = "unclassified_line"
subject = ["company", "id"]
amount = "amount"
currency = "EUR"
decimals = 2

[[assertions]]
id = "amounts-are-there"
data_set = "in_scope"
holds = "amount > -1000"
description = "No amount is out of all proportion."
severity = "not_operated"
reason = "accuracy_failed"

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;
const SQL: &str = "SELECT l.id, l.company, l.text, l.amount, CASE WHEN l.amount = 0 THEN 'zero' END AS removed
FROM lines AS l JOIN companies AS c ON c.value = l.company ORDER BY l.id";
const RULES: &str = r#"
version = 2
columns = ["kind"]
otherwise = "no_rule"

[words]
refund = ["REFUND", "RF"]

[[allowed]]
kind = ["Refund", "Other"]

[[rules]]
no = 10
id = "refund"
when = [{ column = "text", words = "refund" }, { column = "amount", sign = "positive" }]
assign = { kind = "Refund" }

[[rules]]
no = 20
id = "positive"
when = [{ column = "amount", sign = "positive" }]
assign = { kind = "Other" }
"#;
const LINES: &str = "id,company,booked_on,text,amount
1,EC_NG,2024-01-31,RF_12,5.00
2,EC_NG,2024-01-02,PERF,7.00
3,EC_NG,2024-01-03,,-3.00
4,EC_NG,2024-01-03,x,0.00
5,JM_EG,2024-02-01,RF,11.00
6,EC_NG,2024-02-01,RF,13.00
7,EC_NG,2024-01-01,RF,17.00
";

fn bench(rules: &str, lines: &str, companies: &str) -> Bench {
    let files = [
        ("control.toml", DEFINITION),
        ("in_scope.sql", SQL),
        ("rules/lines.toml", rules),
        ("tables/companies.csv", "company,country\nEC_NG,NG\nJM_EG,EG\n"),
        ("sample/lines.csv", lines),
    ];
    let mut bench = Bench::with_files("lines", &files, "2024-01-31");
    bench.parameters.insert("companies".to_owned(), companies.to_owned());
    bench
}

fn excluded(result: &RunResult, data_set: &str) -> Vec<(String, u64, String)> {
    let found = result.data_sets.iter().find(|found| found.name == data_set).unwrap();
    found.excluded.iter().map(|each| (each.reason.clone(), each.rows, each.totals[0].amount.to_string())).collect()
}

#[tokio::test]
async fn rows_are_selected_excluded_and_classified_and_everything_foots() {
    let (result, folder) = bench(RULES, LINES, "ng").result().await;
    assert_eq!(result.outcome, Outcome::Exceptions, "{:?}", result.reasons);
    let row = |reason: &str, rows, amount: &str| (reason.to_owned(), rows, amount.to_owned());
    let of_lines =
        [row("after_cutoff", 1, "13.00"), row("before_period", 1, "17.00"), row("company_not_selected", 1, "11.00")];
    assert_eq!(excluded(&result, "lines"), of_lines);
    assert_eq!(excluded(&result, "in_scope"), [row("zero", 1, "0.00")]);
    assert!(result.footing.iter().all(|line| line.foots));
    let extra = result.data_sets.iter().find(|found| found.name == "extra").unwrap();
    assert_eq!((extra.rows, extra.notes[0].as_str()), (0, "not read: only a run with companies JM_EG needs it"));
    let coverage = &result.classifications[0];
    let of_rules: Vec<_> =
        coverage.rules.iter().map(|rule| (rule.id.as_str(), rule.status, rule.rows, rule.shadowed)).collect();
    let expected = [
        ("refund", RuleStatus::Fired, 1, 0),
        ("positive", RuleStatus::Fired, 1, 1),
        ("no_rule", RuleStatus::Fired, 1, 0),
    ];
    assert_eq!((coverage.version, of_rules), (2, expected.to_vec()));
    assert_eq!(result.assertions[0].rows_failed, 1);
    let package = folder.path().join(result.package.as_ref().unwrap());
    let verified = verify_package(&package).unwrap();
    assert_eq!(verified.verdict, Verdict::Intact, "{verified:?}");
}

#[tokio::test]
async fn an_identity_that_fails_keeps_the_control_from_operating() {
    let (result, _) = bench(RULES, &format!("{LINES}8,EC_NG,2024-01-05,RF,-1000.00\n"), "EC_NG").result().await;
    assert_eq!(result.outcome, Outcome::NotOperated);
    let reason = result.reasons.iter().find(|reason| reason.subject == "amounts-are-there").unwrap();
    assert_eq!(reason.code, ReasonCode::AccuracyFailed);
}

#[tokio::test]
async fn an_optional_file_may_be_absent_and_a_list_is_refused_before_anything_is_read() {
    let (result, _) = bench(RULES, LINES, "all").result().await;
    let extra = result.data_sets.iter().find(|found| found.name == "extra").unwrap();
    assert!(extra.notes[0].starts_with("absent, which is allowed: "), "{:?}", extra.notes);
    assert!(result.reasons.iter().all(|reason| reason.subject != "extra"), "{:?}", result.reasons);
    let folder = tempfile::tempdir().unwrap();
    for (list, expected) in [
        ("EC_CI", "parameter 'companies' has 'EC_CI', which is not in 'company_registry'; there are: EC_NG, JM_EG"),
        ("", "parameter 'companies' must not be empty: give values with a comma between them, or leave it out"),
    ] {
        let refused = bench(RULES, LINES, list).operate(&store(folder.path()), folder.path()).await;
        let Err(OperateError::Parameter(error)) = refused else { panic!("{list} was taken") };
        assert_eq!(error.to_string(), expected);
    }
}
