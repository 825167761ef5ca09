//! The program `tieout`: reads the command line, calls the pipeline, prints the answer, chooses the exit code.
//!
//! The answer goes to standard output and nothing else does; progress, notes and errors go to standard error.

pub mod arguments;
mod check;
mod failure;
mod open;
mod page;
mod run;
mod settings;
mod sql;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Verb};
use failure::Failure;

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::not_operated(&error).report(),
    };
    let code = runtime.block_on(async {
        tokio::select! {
            outcome = act(arguments) => outcome.unwrap_or_else(|failure| failure.report()),
            _ = tokio::signal::ctrl_c() => {
                eprintln!("tieout: interrupted; the same command goes on where it stopped");
                ExitCode::from(130)
            }
        }
    });
    runtime.shutdown_background();
    code
}

async fn act(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.verb {
        Verb::Run(run) => run::run(&run, arguments.format).await,
        Verb::Check(check) => check::run(&check, arguments.format).await,
        Verb::Verify(verify) => verify::run(&verify, arguments.format),
        Verb::Sql(sql) => sql::run(&sql, arguments.format).await,
        Verb::Open(open) => open::run(&open, arguments.format).await,
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "tieout", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Logs go to standard error at the level that `LOG_LEVEL` names; warnings by default.
fn start_logging() {
    let level = settings::log_level().unwrap_or_else(|| "warn".to_owned());
    let filter = tracing_subscriber::EnvFilter::try_new(level).unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
