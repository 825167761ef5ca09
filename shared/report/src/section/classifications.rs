//! Classifications: what each rule took, what it lost to an earlier one, and what no rule took.

use tieout_model::{ClassificationResult, RuleCoverage, RuleStatus};

use super::{Block, Section};
use crate::ReportInput;
use crate::table::{Cell, Look, Table, Tone};

pub(super) fn section(input: &ReportInput<'_>) -> Section {
    Section {
        title: "Classifications",
        about: "Every row belongs to the first rule that it meets. Shadowed rows met a rule after an earlier one.",
        wide: false,
        blocks: input.result.classifications.iter().map(block).collect(),
    }
}

fn block(coverage: &ClassificationResult) -> Block {
    let headers = ["#No", "Rule", "#Rows", "#Shadowed", "#Amount", "Status"];
    let mut table = Table::new(format!("Rules of {}", coverage.data_set), headers);
    for rule in &coverage.rules {
        push(&mut table, rule);
    }
    Block {
        heading: coverage.data_set.clone(),
        tables: vec![table],
        facts: vec![("Rules", vec![format!("version {}, SHA-256 {}", coverage.version, coverage.digest.to_hex())])],
        ..Block::default()
    }
}

fn push(table: &mut Table, rule: &RuleCoverage) {
    let status = match (rule.number, rule.status) {
        (None, RuleStatus::Fired) => Cell::Status(Tone::Warn, "no rule takes them".to_owned()),
        (None, _) => Cell::Status(Tone::Good, "none left over".to_owned()),
        (Some(_), RuleStatus::Fired) => Cell::Status(Tone::Good, "took rows".to_owned()),
        (Some(_), RuleStatus::NeverFired) => Cell::Status(Tone::Warn, "never fired".to_owned()),
        (Some(_), RuleStatus::NotEvaluated) => Cell::Status(Tone::Bad, "not evaluated".to_owned()),
    };
    let mut amounts = rule.amounts.iter().map(|of| Cell::Figure(format!("{} {}", of.currency, of.amount.grouped())));
    table.push(
        Look::Plain,
        vec![
            rule.number.map_or(Cell::Nothing, |number| Cell::Figure(number.to_string())),
            Cell::text(rule.id.as_str()),
            Cell::count(rule.rows),
            Cell::count(rule.shadowed),
            amounts.next().unwrap_or(Cell::Nothing),
            status,
        ],
    );
    for amount in amounts {
        table.push(Look::More, vec![Cell::SAME, Cell::SAME, Cell::SAME, Cell::SAME, amount, Cell::SAME]);
    }
}
