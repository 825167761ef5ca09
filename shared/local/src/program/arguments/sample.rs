//! The command line of `tieout sample`.

use std::path::PathBuf;

use clap::Args;
use tieout_model::CutoffDate;

/// Shown below the help.
pub(super) const EXAMPLES: &str = "Examples:\n  tieout sample pg-01 --out sample\n  \
    tieout sample pg-01 --out other --rows 50000 --companies NG,EG --seed 7\n  \
    tieout sample pg-01 --out broken --defects usual,duplicate_key\n  \
    tieout sample pg-01 --out extracts --source-tables tables --defects none";

/// `tieout sample`.
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// The control: pg-01.
    pub control: String,
    /// Folder for the data sets, control totals and the answer; new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Ledger lines of all companies together; the other data sets grow with them.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub rows: u64,
    /// Companies by code or country code, with commas between them; without it all of the control.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub companies: Vec<String>,
    /// Another number makes another sample; the same number the same one, to the byte.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// What to plant, with commas between names: `none`, `usual` (all findings and reviews), or kinds and reasons by
    /// name; an unknown name lists them.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub defects: Vec<String>,
    /// Folder for the tables that the control's queries read, as Parquet; the data sets then hold exactly what those
    /// queries return.
    #[arg(long, value_name = "DIR")]
    pub source_tables: Option<PathBuf>,
    /// Last day of the period, YYYY-MM-DD.
    #[arg(long, value_name = "DATE", default_value = "2025-09-30")]
    pub cutoff_date: CutoffDate,
}
