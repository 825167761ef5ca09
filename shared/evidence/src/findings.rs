//! What the verifier found: checks with their results, problems with their files.
//!
//! A check that did not pass always has a problem behind it, so problems alone decide the verdict.

use serde::Serialize;
use tieout_model::{TestOutcome, visible, visible_line};

/// Something that is wrong, and the file it is wrong with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Path inside the package, or `zip directory`. Characters that could act unseen are written as their code.
    pub file: String,
    /// What is wrong, as the rest of a sentence that begins with the file's name.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(file: &str, what: impl Into<String>) -> Self {
        let file = visible(file).replace('\n', "<U+000A>").replace('\t', "<U+0009>");
        Self { file, what: visible_line(&what.into()) }
    }
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked, such as `files` or `data set orders`.
    pub name: String,
    /// How it went; `not_run` when what it needs was changed (a problem says so) or when it does not apply.
    pub result: TestOutcome,
    /// What was found again, or why the check failed or was not run.
    pub detail: String,
}

/// Collects checks and problems in the order in which they are found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) checks: Vec<Check>,
    pub(crate) problems: Vec<Problem>,
}

impl Findings {
    /// Records a check that was carried out; without problems it passed, and `detail` says what was found.
    pub(crate) fn record(&mut self, name: impl Into<String>, problems: Vec<Problem>, detail: impl FnOnce() -> String) {
        let (result, detail) = match problems.len() {
            0 => (TestOutcome::Passed, detail()),
            1 => (TestOutcome::Failed, "1 problem".to_owned()),
            many => (TestOutcome::Failed, format!("{many} problems")),
        };
        self.checks.push(Check { name: visible_line(&name.into()), result, detail });
        self.problems.extend(problems);
    }

    /// Records a check that was not carried out.
    pub(crate) fn skip(&mut self, name: impl Into<String>, why: impl Into<String>) {
        let check =
            Check { name: visible_line(&name.into()), result: TestOutcome::NotRun, detail: visible_line(&why.into()) };
        self.checks.push(check);
    }
}
