//! `tieout check` for people: what a control reads, checks and tells.

use std::fmt::Write;

use tieout_catalog::{Comparison, DataSetQuery, DataSetTest, Person};
use tieout_model::{ColumnNames, Duplicates, Normalisation, RelativeBase, Tolerance, counted};
use tieout_pipeline::check::Checked;

use super::columns::{lines, table};

/// What a control does.
pub(super) fn text(checked: &Checked) -> String {
    let control = &checked.control;
    let mut text = format!("{}  {}\n", control.id, control.title);
    let person = |person: &Person| format!("{} <{}>", person.name, person.email);
    let _ = writeln!(text, "  owner {}, reviewer {}", person(&control.owner), person(&control.reviewer));
    section(&mut text, "Data sets", &["name", "from", "key", "columns", "tests"], data_sets(checked));
    section(&mut text, "Comparisons", &["id", "left", "right", "key", "columns"], comparisons(checked));
    section(&mut text, "Settings of comparisons", &["id", "setting", "value"], comparison_settings(checked));
    section(&mut text, "Tie-outs", &["id", "left", "right", "by", "thresholds"], tie_outs(checked));
    section(&mut text, "Assertions", &["id", "data set", "holds", "severity"], assertions(checked));
    section(&mut text, "Thresholds", &["id", "amount"], thresholds(checked));
    section(&mut text, "Recipients", &["role", "address", "on"], recipients(checked));
    text.push('\n');
    text
}

fn section(text: &mut String, title: &str, headings: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let mut columns = table(headings.iter().copied());
    columns.add_rows(rows);
    let _ = write!(text, "\n  {title}\n{}\n", lines(&columns, "   "));
}

fn data_sets(checked: &Checked) -> Vec<Vec<String>> {
    let width = |name: &str| checked.schemas.get(name).map_or(0, Vec::len).to_string();
    let tests = |tests: &[DataSetTest]| {
        if tests.is_empty() { "NOT RUN".to_owned() } else { list(tests.iter().map(DataSetTest::name)) }
    };
    let control = &checked.control;
    let extracted = control.data_sets.iter().map(|data_set| {
        let read = match &data_set.query {
            DataSetQuery::Files(files) => &files.file,
            DataSetQuery::Database(query) => &query.path,
        };
        vec![
            data_set.name.clone(),
            format!("{read} ({})", data_set.source),
            list(data_set.contract.key.iter().map(String::as_str)),
            width(&data_set.name),
            tests(&data_set.tests),
        ]
    });
    let derived = control.derived.iter().map(|derived| {
        vec![
            derived.name.clone(),
            derived.path().to_owned(),
            list(derived.key.iter().map(String::as_str)),
            width(&derived.name),
            tests(&derived.tests),
        ]
    });
    extracted.chain(derived).collect()
}

fn comparisons(checked: &Checked) -> Vec<Vec<String>> {
    let row = |comparison: &Comparison| {
        let key = comparison.key.iter().map(|key| format!("{}{}", pair(&key.names), steps(&key.normalisation)));
        let columns = comparison.columns.iter().map(|column| {
            let (tolerance, steps) = (tolerance(&column.tolerance), steps(&column.normalisation));
            format!("{}{tolerance}{steps}", pair(&column.names))
        });
        vec![
            comparison.id.clone(),
            comparison.left.clone(),
            comparison.right.clone(),
            key.collect::<Vec<_>>().join(", "),
            columns.collect::<Vec<_>>().join(", "),
        ]
    };
    checked.control.comparisons.iter().map(row).collect()
}

/// What a comparison declares beyond key and columns.
fn comparison_settings(checked: &Checked) -> Vec<Vec<String>> {
    let settings = |comparison: &Comparison| {
        let duplicates = match &comparison.duplicates {
            Duplicates::List => None,
            Duplicates::Pair(order) => {
                let order = order.iter().map(pair).collect::<Vec<_>>().join(", ");
                Some(("duplicates", format!("paired in order of {order}")))
            }
            Duplicates::Sum(amount) => Some(("duplicates", format!("sums of {}", pair(amount)))),
        };
        let what_if = comparison.what_if.iter().map(|what_if| {
            let tolerances = what_if.tolerances.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            ("what if", format!("{} ±{tolerances}", what_if.column))
        });
        let relax = comparison.relax.iter().map(|set| ("nearest by", set.join(", ")));
        let paranoid = comparison.paranoid.then(|| ("paranoid", "every row is compared in full".to_owned()));
        let all = duplicates.into_iter().chain(what_if).chain(relax).chain(paranoid);
        all.map(|(setting, value)| vec![comparison.id.clone(), setting.to_owned(), value]).collect::<Vec<_>>()
    };
    checked.control.comparisons.iter().flat_map(settings).collect()
}

fn pair(names: &ColumnNames) -> String {
    if names.left == names.right { names.left.clone() } else { format!("{}={}", names.left, names.right) }
}

fn steps(normalisation: &Normalisation) -> String {
    if normalisation.is_empty() {
        return String::new();
    }
    format!(" ({})", list(normalisation.0.iter().map(|step| step.as_str())))
}

fn tolerance(tolerance: &Tolerance) -> String {
    let mut text = String::new();
    if let Some(absolute) = tolerance.absolute {
        let _ = write!(text, " ±{absolute}");
    }
    if let Some(relative) = tolerance.relative {
        let _ = write!(text, " ±relative {}", relative.fraction);
        match relative.base {
            RelativeBase::Left => text.push_str(" of left"),
            RelativeBase::Right => {}
            RelativeBase::Max => text.push_str(" of the larger"),
        }
    }
    match tolerance.days {
        Some(days) if days.before == days.after => {
            let _ = write!(text, " ±{}", counted(days.before.into(), "day"));
        }
        Some(days) => {
            let _ = write!(text, " -{}/+{} days", days.before, days.after);
        }
        None => {}
    }
    if let Some(cap) = tolerance.cap {
        let _ = write!(text, " up to {cap} in all");
    }
    text
}

fn tie_outs(checked: &Checked) -> Vec<Vec<String>> {
    let side = |side: &tieout_catalog::TotalOf| format!("{}.{}", side.data_set, side.column);
    let row = |tie_out: &tieout_catalog::TieOut| {
        let thresholds = list(tie_out.thresholds.iter().map(String::as_str));
        vec![
            tie_out.id.clone(),
            side(&tie_out.left),
            side(&tie_out.right),
            list(tie_out.by.iter().map(String::as_str)),
            if thresholds.is_empty() { "any difference".to_owned() } else { thresholds },
        ]
    };
    checked.control.tie_outs.iter().map(row).collect()
}

fn assertions(checked: &Checked) -> Vec<Vec<String>> {
    let row = |assertion: &tieout_catalog::Assertion| {
        let severity = assertion.severity.as_str().to_owned();
        vec![assertion.id.clone(), assertion.data_set.clone(), assertion.holds.clone(), severity]
    };
    checked.control.assertions.iter().map(row).collect()
}

fn thresholds(checked: &Checked) -> Vec<Vec<String>> {
    let row = |each: &tieout_catalog::Threshold| {
        vec![each.id.clone(), format!("{} {}", each.currency, each.amount.grouped())]
    };
    checked.control.thresholds.iter().map(row).collect()
}

fn recipients(checked: &Checked) -> Vec<Vec<String>> {
    let row = |each: &tieout_catalog::Recipient| {
        vec![each.role.clone(), each.person.email.clone(), list(each.on.iter().map(|outcome| outcome.as_str()))]
    };
    checked.control.notify.recipients.iter().map(row).collect()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
