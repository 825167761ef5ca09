//! The summary: what a message says, once, for its text and its HTML form.
//!
//! Sums, counts and reasons only; a group's name is row content and stays in the report. Every outside text is one
//! line here, cut to a bounded length, with nothing invisible in it.

use tieout_model::{
    AssertionResult, ComparisonResult, CurrencyAmount, Outcome, Severity, ThresholdCheckResult, TieOutResult,
    TieOutStatus, counted, group_digits, visible_line,
};

use crate::MessageInput;

/// Characters of one outside text that a message shows.
const TEXT_LIMIT: usize = 400;

/// What a message says.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) outcome: Outcome,
    pub(crate) headline: String,
    pub(crate) title: String,
    pub(crate) control: String,
    pub(crate) cutoff_date: String,
    pub(crate) run: String,
    /// Data sets whose completeness no test shows.
    pub(crate) untested: String,
    pub(crate) reasons: Vec<ReasonLine>,
    pub(crate) thresholds: Vec<ThresholdLine>,
    pub(crate) tie_outs: Vec<TieOutLine>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) assertions: Vec<AssertionLine>,
    /// What the limit left out; empty when it left nothing out.
    pub(crate) left_out: String,
    pub(crate) exceptions: String,
    pub(crate) report: String,
    pub(crate) package: String,
    pub(crate) package_digest: String,
}

#[derive(Debug)]
pub(crate) struct ReasonLine {
    pub(crate) subject: String,
    pub(crate) detail: String,
    pub(crate) cure: String,
}

#[derive(Debug)]
pub(crate) struct ThresholdLine {
    pub(crate) id: String,
    pub(crate) rows: String,
    pub(crate) investigate: String,
    pub(crate) not_operated: String,
    /// The largest amount at or above its threshold; empty when there is none.
    pub(crate) largest: String,
    pub(crate) holds: bool,
}

#[derive(Debug)]
pub(crate) struct TieOutLine {
    pub(crate) id: String,
    pub(crate) currency: String,
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) difference: String,
    pub(crate) threshold: String,
    pub(crate) agrees: bool,
    /// How many groups there are and how many do not agree; empty without groups.
    pub(crate) groups: String,
}

#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) id: String,
    pub(crate) sides: String,
    /// What tolerances absorbed, by column and currency.
    pub(crate) absorbed: Vec<String>,
    pub(crate) classes: Vec<ClassCountLine>,
}

#[derive(Debug)]
pub(crate) struct ClassCountLine {
    pub(crate) title: String,
    pub(crate) count: String,
    /// Differences of both sides' sums, by currency.
    pub(crate) differences: Vec<String>,
    pub(crate) exception: bool,
}

#[derive(Debug)]
pub(crate) struct AssertionLine {
    pub(crate) id: String,
    pub(crate) checked: String,
    pub(crate) failed: String,
    pub(crate) at_stake: Vec<String>,
    pub(crate) verdict: &'static str,
    pub(crate) holds: bool,
}

impl Summary {
    /// Sums up with at most `limit` entries of each kind.
    pub(crate) fn new(input: &MessageInput<'_>, limit: usize) -> Self {
        let result = input.result;
        // A group's values come from rows; the totals say how many groups do not agree.
        let totals: Vec<&TieOutResult> = result.tie_outs.iter().filter(|row| row.group.is_empty()).collect();
        let left_out = [
            over(limit, result.reasons.len(), "reason"),
            over(limit, result.threshold_checks.len(), "threshold check"),
            over(limit, totals.len(), "tie-out"),
            over(limit, result.comparisons.len(), "comparison"),
            over(limit, result.assertions.len(), "assertion"),
        ];
        Self {
            outcome: result.outcome,
            headline: headline(input),
            title: line(&result.title),
            control: result.control.to_string(),
            cutoff_date: result.cutoff_date.to_string(),
            run: result.run.to_string(),
            untested: line(&result.untested_data_sets().join(", ")),
            reasons: result.reasons.iter().take(limit).map(reason).collect(),
            thresholds: result.threshold_checks.iter().take(limit).map(threshold).collect(),
            tie_outs: totals.into_iter().take(limit).map(tie_out).collect(),
            comparisons: result.comparisons.iter().take(limit).map(comparison).collect(),
            assertions: result.assertions.iter().take(limit).map(assertion).collect(),
            left_out: left_out.into_iter().flatten().collect::<Vec<_>>().join(", "),
            exceptions: exceptions(input),
            report: line(input.report),
            package: line(input.package),
            package_digest: input.package_digest.to_string(),
        }
    }
}

fn threshold(check: &ThresholdCheckResult) -> ThresholdLine {
    let count = |number: u64| group_digits(&number.to_string());
    let largest = check.largest.map(|amount| format!("{} {}", check.currency, amount.grouped()));
    ThresholdLine {
        id: line(&check.id),
        rows: count(check.rows),
        investigate: count(check.investigate),
        not_operated: count(check.not_operated),
        largest: largest.unwrap_or_default(),
        holds: check.investigate == 0 && check.not_operated == 0,
    }
}

fn headline(input: &MessageInput<'_>) -> String {
    let headline = input.result.headline();
    match input.result.outcome {
        Outcome::Clean => "Every declared check was carried out, and nothing was found.".to_owned(),
        Outcome::Exceptions => format!("Every declared check was carried out: {headline}."),
        Outcome::NotOperated => format!("The control {headline}. It gives no assurance until they are resolved."),
    }
}

fn exceptions(input: &MessageInput<'_>) -> String {
    match input.exceptions {
        None => String::new(),
        Some(file) if file.attachable().is_some() => "attached as a CSV file".to_owned(),
        Some(file) => {
            let size = group_digits(&file.size_bytes.to_string());
            format!("too large to attach ({size} bytes): {}", line(file.location))
        }
    }
}

fn reason(reason: &tieout_model::Reason) -> ReasonLine {
    ReasonLine { subject: line(&reason.subject), detail: line(&reason.detail), cure: line(&reason.cure) }
}

fn tie_out(row: &TieOutResult) -> TieOutLine {
    let groups = match (row.groups, row.groups_over_threshold) {
        (Some(groups), Some(over)) => {
            format!("{} of {} over the threshold", group_digits(&over.to_string()), counted(groups, "group"))
        }
        _ => String::new(),
    };
    TieOutLine {
        id: line(&row.id),
        currency: row.currency.to_string(),
        left: row.left.grouped(),
        right: row.right.grouped(),
        difference: row.difference.grouped(),
        threshold: if row.threshold.is_zero() {
            "every difference counts".to_owned()
        } else {
            format!("threshold {}", row.threshold.grouped())
        },
        agrees: row.status == TieOutStatus::Ok,
        groups,
    }
}

/// The class of equal keys, and every other class that has rows.
fn comparison(comparison: &ComparisonResult) -> Comparison {
    let lines = comparison.class_lines().into_iter().enumerate().filter(|(place, of)| *place == 0 || !of.is_empty());
    let classes = lines.map(|(_, of)| ClassCountLine {
        exception: of.is_exception(),
        count: match of.keys {
            Some(keys) => counted(keys, "key"),
            None => counted(of.left_rows.saturating_add(of.right_rows), "row"),
        },
        differences: amounts(of.amounts.into_iter().filter_map(|pair| {
            let amount = pair.difference.filter(|difference| !difference.is_zero())?;
            Some(CurrencyAmount { currency: pair.currency, amount })
        })),
        title: line(&of.title),
    });
    Comparison {
        id: line(&comparison.id),
        sides: format!("{} against {}", line(&comparison.left), line(&comparison.right)),
        absorbed: at_most_five(comparison.details.absorbed.iter().map(|absorbed| line(&absorbed.sentence()))),
        classes: classes.collect(),
    }
}

fn assertion(assertion: &AssertionResult) -> AssertionLine {
    AssertionLine {
        id: line(&assertion.id),
        checked: group_digits(&assertion.rows_checked.to_string()),
        failed: group_digits(&assertion.rows_failed.to_string()),
        at_stake: amounts(assertion.amounts.iter().filter(|of| !of.amount.is_zero()).cloned()),
        verdict: match (assertion.rows_failed, assertion.severity) {
            (0, _) => "holds",
            (_, Severity::Finding) => "exceptions",
            (_, Severity::Review) => "for review",
            (_, Severity::NotOperated(_)) => "not operated",
        },
        holds: assertion.rows_failed == 0,
    }
}

/// At most five amounts, and how many more there are.
fn amounts(amounts: impl Iterator<Item = CurrencyAmount>) -> Vec<String> {
    at_most_five(amounts.map(|of| format!("{} {}", of.currency, of.amount.grouped())))
}

/// At most five texts, and how many more there are.
fn at_most_five(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    let more = texts.len().saturating_sub(5);
    texts.truncate(5);
    if more > 0 {
        texts.push(format!("{more} more"));
    }
    texts
}

fn over(limit: usize, count: usize, noun: &str) -> Option<String> {
    let more = count.checked_sub(limit).filter(|more| *more > 0)?;
    Some(counted(more as u64, &format!("more {noun}")))
}

/// An outside text on one line, cut to [`TEXT_LIMIT`] characters.
fn line(text: &str) -> String {
    let text = visible_line(text);
    match text.char_indices().nth(TEXT_LIMIT) {
        Some((place, _)) => format!("{}…", text.get(..place).unwrap_or_default()),
        None => text,
    }
}
