//! `tieout verify`: checks evidence from its bytes alone.

use std::path::Path;
use std::process::ExitCode;

use tieout_evidence::{Check, Problem, Verdict, Verification, verify_package};
use tieout_model::TestOutcome;

use super::arguments::{Format, VerifyArguments};
use super::failure::Failure;
use super::page;
use crate::{RunVerification, verify_run};

/// Verifies a package, an unpacked package, or the folder of a run.
pub(super) fn run(arguments: &VerifyArguments, format: Format) -> Result<ExitCode, Failure> {
    let path = &arguments.path;
    if !path.exists() {
        return Err(Failure::bad_input_text(format!("'{}' does not exist", path.display())));
    }
    // A folder of a run has `run.json` as an unpacked package does, but its parent is called `cutoff=...`.
    let is_package = path.is_file() || path.join("manifest.json").is_file();
    let verdict = if is_package {
        let verification = verify_package(path).map_err(|error| Failure::bad_input(&error))?;
        match format {
            Format::Json => page::print_json(&verification)?,
            Format::Text => page::print_lines(&with_verdict(package_lines(path, &verification), verification.verdict)),
        }
        verification.verdict
    } else {
        let verification = verify_run(path).map_err(|error| Failure::bad_input(&error))?;
        match format {
            Format::Json => page::print_json(&verification)?,
            Format::Text => page::print_lines(&with_verdict(run_lines(&verification), verification.verdict)),
        }
        verification.verdict
    };
    Ok(ExitCode::from(u8::from(verdict != Verdict::Intact)))
}

fn run_lines(verification: &RunVerification) -> Vec<String> {
    let mut lines = vec![format!("{}: {} files of the run", verification.run_id, verification.files)];
    lines.extend(problem_lines(&verification.problems));
    match &verification.package {
        Some(package) => lines.extend(package_lines(Path::new("package"), package)),
        None => lines.push("package: MISSING".to_owned()),
    }
    lines
}

fn package_lines(path: &Path, verification: &Verification) -> Vec<String> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let mut lines = vec![format!("{name}: {} files, {} bytes", verification.files, verification.bytes)];
    lines.extend(verification.checks.iter().map(check_line));
    lines.extend(problem_lines(&verification.problems));
    lines
}

fn check_line(check: &Check) -> String {
    let result = match check.result {
        TestOutcome::Passed => "ok",
        TestOutcome::Failed => "FAILED",
        TestOutcome::NotRun => "not run",
    };
    format!("  {result:<8} {:<36} {}", check.name, check.detail)
}

fn problem_lines(problems: &[Problem]) -> impl Iterator<Item = String> {
    problems.iter().map(|problem| format!("  WRONG {}: {}", problem.file, problem.what))
}

fn with_verdict(mut lines: Vec<String>, verdict: Verdict) -> Vec<String> {
    lines.push(match verdict {
        Verdict::Intact => "INTACT: every byte and every figure was found again".to_owned(),
        Verdict::Broken => "BROKEN: see the lines marked WRONG".to_owned(),
    });
    lines
}
