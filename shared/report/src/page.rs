//! The page `report.html`: verdict first, then figures, reasons and detail, in one file that needs nothing else.
//!
//! No script, no network, no outside text that is not escaped. The content security policy in the page forbids the
//! first two even if the third were broken.

use askama::Template;
use tieout_model::{Outcome, RunResult, TestOutcome, visible};

use crate::section::{self, Section};
use crate::table::Cell;
use crate::{ReportError, ReportInput};

/// Renders the page. The same input gives the same bytes.
pub fn render_html(input: &ReportInput<'_>) -> Result<String, ReportError> {
    let page = Page {
        input,
        result: input.result,
        headline: headline(input.result),
        notices: notices(input.result),
        figures: section::figures(input),
        detail: section::detail(input)?,
    };
    // The page's own markup holds none of the characters that act unseen, so this touches outside text only.
    Ok(visible(&page.render().map_err(ReportError::Page)?))
}

#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
struct Page<'a> {
    input: &'a ReportInput<'a>,
    result: &'a RunResult,
    headline: String,
    notices: Vec<String>,
    figures: Vec<Section>,
    detail: Vec<Section>,
}

fn headline(result: &RunResult) -> String {
    let headline = result.headline();
    match result.outcome {
        Outcome::Clean => "Every declared check was carried out, and nothing was found.".to_owned(),
        Outcome::Exceptions => format!("Every declared check was carried out: {headline}."),
        Outcome::NotOperated => format!("The control {headline}. Nothing here is assurance until they are resolved."),
    }
}

/// What a reader of the verdict must know besides.
fn notices(result: &RunResult) -> Vec<String> {
    let untested = result.untested_data_sets();
    let mut notices = Vec::new();
    if result.interim {
        notices.push("INTERIM: the cutoff date is not a month end.".to_owned());
    }
    if !untested.is_empty() {
        notices.push(format!("NOT RUN: no test shows that the rows are complete in {}.", untested.join(", ")));
    }
    for data_set in result.data_sets.iter().filter(|data_set| !untested.contains(&data_set.name.as_str())) {
        let skipped = data_set.tests.iter().filter(|test| test.result == TestOutcome::NotRun);
        let names: Vec<String> = skipped.map(|test| test.test.replace('_', " ")).collect();
        if !names.is_empty() {
            notices.push(format!("NOT RUN: {} on {}.", names.join(", "), data_set.name));
        }
    }
    notices
}
