//! The command line.

mod column_values;
mod compare;
mod sample;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tieout_model::{CutoffDate, RunNumber};

pub use compare::{
    ColumnArguments, CompareArguments, DuplicateArguments, DuplicateRule, EqualityArguments, MachineArguments,
    ReadingArguments, ReportArguments,
};
pub use sample::SampleArguments;

/// Runs financial controls: extract, reconcile to the cent, keep evidence, notify.
#[derive(Debug, Parser)]
#[command(
    name = "tieout",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:\n  tieout run bank-ledger --cutoff-date 2024-01-31\n  tieout check\n  \
        tieout verify tieout-runs/control=bank-ledger/cutoff=2024-01-31/run=0001\n  \
        tieout sql bank-ledger --cutoff-date 2024-01-31 \"select * from exceptions\"\n  \
        tieout compare left.csv right.csv --on company,document_no --output differences\n\n\
        Exit codes: 0 clean, 1 exceptions (or verification failed), 2 bad input or definition,\n\
        3 the control did not operate, 130 interrupted."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Form of the answer on standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run a control, or show the run that is committed.
    #[command(after_help = "Examples:\n  tieout run bank-ledger --cutoff-date 2024-01-31\n  \
        tieout run bank-ledger --cutoff-date 2024-01-31 --format json\n  \
        tieout run bank-ledger --cutoff-date 2024-01-31 --rerun")]
    Run(RunArguments),
    /// Check control definitions and show what they do.
    #[command(after_help = "Examples:\n  tieout check\n  tieout check bank-ledger --format json")]
    Check(CheckArguments),
    /// Compare two files by key.
    #[command(after_help = compare::EXAMPLES)]
    Compare(Box<CompareArguments>),
    /// Check an evidence package, or a run in a store, from its bytes alone.
    #[command(after_help = "Examples:\n  \
        tieout verify tieout-runs/control=bank-ledger/cutoff=2024-01-31/run=0001")]
    Verify(VerifyArguments),
    /// Ask a run's data sets and tables with SQL.
    #[command(after_help = "Examples:\n  \
        tieout sql bank-ledger --cutoff-date 2024-01-31 \"select * from exceptions\"\n  \
        tieout sql bank-ledger --cutoff-date 2024-01-31 \"select 1 as one\" --format json")]
    Sql(SqlArguments),
    /// Show what changed in a control's definition since a run.
    #[command(after_help = "Examples:\n  tieout diff bank-ledger --since 2024-01-31\n  \
        tieout diff bank-ledger --since 2024-01-31/0002")]
    Diff(DiffArguments),
    /// Write made-up data for a control, with planted defects and the answer beside them.
    #[command(after_help = sample::EXAMPLES)]
    Sample(SampleArguments),
    /// Open a run's report in the browser.
    #[command(after_help = "Examples:\n  tieout open bank-ledger --cutoff-date 2024-01-31 --print")]
    Open(OpenArguments),
    /// Print a completion script for a shell.
    #[command(after_help = "Examples:\n  tieout completions bash")]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// Where controls and runs are.
#[derive(Debug, Args)]
pub struct Places {
    /// Folder of control definitions, one folder each; without it those built in.
    #[arg(long, value_name = "DIR", env = "TIEOUT_CONTROLS")]
    pub controls: Option<PathBuf>,
    /// Root under which runs are kept.
    #[arg(long, value_name = "ROOT", env = "TIEOUT_STORE", default_value = "tieout-runs")]
    pub store: PathBuf,
}

/// Which run.
#[derive(Debug, Args)]
pub struct Which {
    /// The control.
    pub control: String,
    /// Last day of the period, YYYY-MM-DD; without it the control's own rule.
    #[arg(long, value_name = "DATE", env = "CUTOFF_DATE")]
    pub cutoff_date: Option<CutoffDate>,
    /// Where controls and runs are.
    #[command(flatten)]
    pub places: Places,
}

/// `tieout run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// Folder to read files from, in place of the definition's.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder with one file for each secret, readable by its owner alone; `TIEOUT_SECRET_<NAME>` comes before it.
    #[arg(long, value_name = "DIR", env = "TIEOUT_SECRETS")]
    pub secrets: Option<PathBuf>,
    /// A parameter of the control.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub parameters: Vec<(String, String)>,
    /// Begin a new run although one is committed.
    #[arg(long)]
    pub rerun: bool,
    /// Folder for outgoing messages; without it `outbox` under the store.
    #[arg(long, value_name = "DIR")]
    pub outbox: Option<PathBuf>,
    /// Threads of the SQL engine, and of a comparison.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: u16,
    /// Memory of the SQL engine in MiB, and of a comparison; beyond it they spill to the folder for temporary files.
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(128..))]
    pub memory_limit: u32,
}

/// `tieout check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The control; without it all of them.
    pub control: Option<String>,
    /// Folder of control definitions, one folder each; without it those built in.
    #[arg(long, value_name = "DIR", env = "TIEOUT_CONTROLS")]
    pub controls: Option<PathBuf>,
}

/// `tieout verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// A package (.zip), a folder into which one was unpacked, or the folder of a run in a store.
    pub path: PathBuf,
}

/// `tieout sql`.
#[derive(Debug, Args)]
pub struct SqlArguments {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// One SELECT over the run's data sets and tables; parameters such as `$cutoff_date` are bound.
    pub query: String,
}

/// `tieout diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The control.
    pub control: String,
    /// The run: its cutoff date, and its number where it is not the latest.
    #[arg(long, value_name = "DATE[/RUN]", value_parser = date_and_run)]
    pub since: (CutoffDate, Option<RunNumber>),
    /// Where controls and runs are.
    #[command(flatten)]
    pub places: Places,
}

/// `tieout open`.
#[derive(Debug, Args)]
pub struct OpenArguments {
    /// Which run.
    #[command(flatten)]
    pub which: Which,
    /// Print the report's path and do not start a browser.
    #[arg(long)]
    pub print: bool,
}

fn date_and_run(text: &str) -> Result<(CutoffDate, Option<RunNumber>), String> {
    let (date, run) = text.split_once('/').map_or((text, None), |(date, run)| (date, Some(run)));
    let date = date.parse::<CutoffDate>().map_err(|error| error.to_string())?;
    let run = run.map(str::parse::<RunNumber>).transpose().map_err(|error| format!("the run's number {error}"))?;
    Ok((date, run))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_run_is_a_date_and_perhaps_a_number() {
        let (date, run) = date_and_run("2024-01-31/0002").unwrap();
        assert_eq!(
            (date.to_string(), run.map(|run| run.to_string())),
            ("2024-01-31".to_owned(), Some("0002".to_owned()))
        );
        assert_eq!(date_and_run("2024-01-31").unwrap().1, None);
        assert!(date_and_run("2024-01").is_err() && date_and_run("2024-01-31/x").is_err());
    }

    #[test]
    fn a_parameter_is_a_name_and_a_value() {
        assert_eq!(name_and_value("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(name_and_value("=b").is_err() && name_and_value("a").is_err());
    }
}
