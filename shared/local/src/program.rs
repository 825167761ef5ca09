//! The program `tieout`: reads the command line, calls the pipeline, prints the answer, chooses the exit code.
//!
//! The answer goes to standard output and nothing else does; progress, notes and errors go to standard error.

pub mod arguments;
mod check;
mod compare;
mod diff;
mod failure;
mod leftovers;
mod open;
mod page;
mod past;
mod run;
mod sample;
mod settings;
mod sql;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use arguments::{Arguments, Verb};
use failure::Failure;
use leftovers::Leftovers;

/// Exit code of an interrupted program.
const INTERRUPTED: i32 = 130;

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logging();
    keep_panics_short();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::not_operated(&error).report(),
    };
    let scratch = match tempfile::Builder::new().prefix("tieout-").tempdir() {
        Ok(scratch) => scratch,
        Err(error) => return Failure::not_operated(&error).report(),
    };
    let leftovers = Leftovers::default();
    leftovers.note(scratch.path());
    runtime.spawn(stop_when_interrupted(leftovers.clone(), when_interrupted(&arguments.verb)));
    let answer = runtime.block_on(act(arguments, scratch.path(), &leftovers));
    leftovers.end_if_interrupted();
    let code = answer.unwrap_or_else(|failure| failure.report());
    runtime.shutdown_background();
    code
}

/// Says where a panic was and nothing else: its own words may hold the content of a cell. A decoder's panic over a
/// damaged file is caught, and the file is refused by name.
fn keep_panics_short() {
    std::panic::set_hook(Box::new(|panic| {
        let file = panic.location().and_then(|place| place.file().rsplit('/').next()).unwrap_or("an unknown place");
        let line = panic.location().map_or(0, std::panic::Location::line);
        eprintln!("tieout: a fault of the program in {file}, line {line}");
    }));
}

/// Waits for an interruption on a thread of its own, for the run itself may be busy for long, and ends the process.
async fn stop_when_interrupted(leftovers: Leftovers, message: &'static str) {
    if tokio::signal::ctrl_c().await.is_ok() {
        // What is in the store is whole at every moment; only what is on its way is to be cleared away.
        leftovers.clear();
        eprintln!("tieout: {message}");
        std::process::exit(INTERRUPTED);
    }
}

fn when_interrupted(verb: &Verb) -> &'static str {
    match verb {
        Verb::Compare(_) => "interrupted; nothing was written",
        Verb::Sample(_) => "interrupted; the folder of the sample is not whole, remove it",
        _ => "interrupted; the same command goes on where it stopped",
    }
}

async fn act(arguments: Arguments, scratch: &Path, leftovers: &Leftovers) -> Result<ExitCode, Failure> {
    match arguments.verb {
        Verb::Run(run) => run::run(&run, arguments.format, scratch).await,
        Verb::Check(check) => check::run(&check, arguments.format, scratch).await,
        Verb::Compare(compare) => compare::run(&compare, arguments.format, scratch, leftovers).await,
        Verb::Verify(verify) => verify::run(&verify, arguments.format),
        Verb::Sample(sample) => sample::run(&sample, arguments.format),
        Verb::Sql(sql) => sql::run(&sql, arguments.format, scratch).await,
        Verb::Diff(diff) => diff::run(&diff, arguments.format).await,
        Verb::Open(open) => open::run(&open, arguments.format).await,
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "tieout", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Drivers of databases, which log rows and the values in a server's errors.
const TOO_TALKATIVE: [&str; 3] = ["postgres", "tiberius", "tokio_postgres"];

/// Logs go to standard error at the level that `LOG_LEVEL` names, one for all; warnings by default.
fn start_logging() {
    let level = settings::log_level().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::WARN);
    let quiet = TOO_TALKATIVE.map(|target| (target, LevelFilter::OFF));
    let filter = Targets::new().with_default(level).with_targets(quiet);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}
