//! Measures the whole pipeline on a generated control: two CSV files of 12 columns, compared and tied out.
//!
//! `cargo run --release -p tieout-local --bin pipeline-bench -- ROWS` prints rows a second, time a stage, CPU and
//! peak memory. Every value is a function of its row, so each run has the same input. Linux only (`/proc`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot be taken stops with the reason"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tieout_catalog::ControlFolder;
use tieout_local::{FolderStore, SystemClock};
use tieout_model::StageName;
use tieout_pipeline::extract::Sources;
use tieout_pipeline::ports::Progress;
use tieout_pipeline::wire::RunRequest;
use tieout_pipeline::{Ports, operate};
use tieout_sources::FilesSource;
use tieout_sql::{EmbeddedEngine, EngineSettings};

const DEFINITION: &str = r#"
schema = 1
id = "bench"
title = "Two generated ledgers"
description = "Measures the pipeline."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "folder", kind = "files", folder = "." }]
tie_outs = [{ id = "by-company", left = { data_set = "left_ledger", column = "amount" }, right = { data_set = "right_ledger", column = "amount" }, by = ["company"] }]

[[comparisons]]
id = "ledgers"
left = "left_ledger"
right = "right_ledger"
key = ["company", "document_no", "line_no"]
columns = [{ name = "posting_date" }, { name = "account" }, { name = "cost_center" }, { name = "description" }, { name = "currency" }, { name = "amount", absolute = "0.05" }, { name = "tax" }, { name = "quantity" }, { name = "posted" }]

[notify]
from = { name = "Tieout", email = "tieout@example.com" }
recipients = [{ role = "owner", on = ["not_operated"] }]
"#;

const DATA_SET: &str = r#"
[[data_sets]]
name = "SIDE_ledger"
source = "folder"
file = "SIDE.csv"
key = ["company", "document_no", "line_no"]
cutoff_column = "posting_date"
format = { kind = "csv" }
tests = [{ test = "min_rows", rows = 1 }]
columns = [
  { name = "company", type = "text" },
  { name = "document_no", type = "text" },
  { name = "line_no", type = "integer" },
  { name = "posting_date", type = "date" },
  { name = "account", type = "text" },
  { name = "cost_center", type = "text" },
  { name = "description", type = "text" },
  { name = "currency", type = "text" },
  { name = "amount", type = "decimal(18,2)", currency_column = "currency" },
  { name = "tax", type = "decimal(18,2)", currency_column = "currency" },
  { name = "quantity", type = "integer" },
  { name = "posted", type = "boolean" },
]
"#;

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("ROWS is a number"));
    let folder = tempfile::tempdir().expect("a folder for the data");
    for side in ["left", "right"] {
        generate(&folder.path().join(format!("{side}.csv")), rows, side == "right").expect("room for the data");
    }
    let size_bytes: u64 =
        ["left.csv", "right.csv"].map(|name| fs::metadata(folder.path().join(name)).unwrap().len()).iter().sum();
    println!("2 x {rows} rows x 12 columns of CSV, {} MB", size_bytes / 1_000_000);
    let stages = measure(folder.path());
    print_figures(&stages, 2 * rows, size_bytes);
}

/// Runs the control and says how long each stage took.
fn measure(folder: &Path) -> Vec<(StageName, Duration)> {
    let definition =
        ["left", "right"].iter().fold(DEFINITION.to_owned(), |text, side| text + &DATA_SET.replace("SIDE", side));
    let files = BTreeMap::from([("control.toml".to_owned(), definition.into_bytes())]);
    let control =
        tieout_catalog::load(&ControlFolder { name: "bench".to_owned(), files }).expect("the definition is right");
    let store = FolderStore::open(&folder.join("store")).expect("a store");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let engine = EmbeddedEngine::new(EngineSettings {
        memory_limit_bytes: 512 * 1024 * 1024,
        scratch: scratch.path().to_owned(),
        threads: 2,
    });
    let sources = Sources {
        kinds: BTreeMap::from([("files", Arc::new(FilesSource::new()) as Arc<_>)]),
        data_folder: Some(folder.to_owned()),
        control_folder: folder.to_owned(),
    };
    let stop_watch = StopWatch::default();
    let ports = Ports {
        store: &store,
        sources: &sources,
        engine: &engine,
        notifiers: &[],
        scratch: scratch.path(),
        clock: &SystemClock,
        progress: &stop_watch,
    };
    let request = RunRequest {
        control: control.id.clone(),
        cutoff_date: "2026-12-31".parse().unwrap(),
        parameters: BTreeMap::new(),
        rerun: false,
        trigger: "benchmark".to_owned(),
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let operated = runtime.block_on(operate(&control, &request, "tieout bench", &ports)).expect("the control operates");
    let comparison = operated.result.comparisons.first().expect("it compares");
    println!(
        "matched {}, within tolerance {}, mismatch {}, only left {}, only right {}",
        comparison.matched,
        comparison.within_tolerance,
        comparison.mismatch,
        comparison.only_left,
        comparison.only_right
    );
    stop_watch.stages.into_inner().unwrap()
}

fn print_figures(stages: &[(StageName, Duration)], rows: u64, size_bytes: u64) {
    let mut total_ms = 0;
    println!("\n{:<10} {:>9} {:>14}", "stage", "ms", "rows/s");
    for (stage, duration) in stages {
        let ms = duration.as_millis().max(1);
        total_ms += ms;
        println!("{:<10} {ms:>9} {:>14}", stage.as_str(), u128::from(rows) * 1000 / ms);
    }
    println!("{:<10} {total_ms:>9} {:>14}", "all", u128::from(rows) * 1000 / total_ms.max(1));
    println!("\nextract reads {} MB of CSV a second", u128::from(size_bytes) / 1000 / stages[0].1.as_millis().max(1));
    println!("CPU {} ms, peak memory {} MB", cpu_ms(), status_kb("VmHWM:") / 1024);
}

/// User and system time of this process; the kernel counts in hundredths of a second.
fn cpu_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("the name of the process").1.split_whitespace().collect();
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10
}

fn status_kb(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).expect("the figure");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Writes one side. The right side lacks every 1009th row and differs in the amount of every 1013th and 1019th.
fn generate(path: &Path, rows: u64, is_right: bool) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(
        file,
        "company,document_no,line_no,posting_date,account,cost_center,description,currency,amount,tax,quantity,posted"
    )?;
    for row in 0..rows {
        // Splitmix-like scrambling spreads the keys, so that the input is not sorted.
        let mixed = row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (row >> 7);
        if is_right && row % 1009 == 0 {
            continue;
        }
        let cents = mixed % 10_000_000
            + match (is_right, row % 1013, row % 1019) {
                (true, 0, _) => 3,
                (true, _, 0) => 500,
                _ => 0,
            };
        writeln!(
            file,
            "C{:02},DOC{:09},{},2026-{:02}-{:02},{},CC{:03},Invoice {} for services,{},{}.{:02},{}.{:02},{},{}",
            mixed % 20,
            mixed % 1_000_000_007,
            row % 5 + 1,
            mixed % 12 + 1,
            mixed % 28 + 1,
            10_000 + mixed % 900,
            mixed % 400,
            row,
            ["EUR", "USD", "NGN"][usize::try_from(mixed % 3).unwrap_or(0)],
            cents / 100,
            cents % 100,
            mixed % 9000,
            mixed % 100,
            mixed % 50,
            mixed % 2 == 0,
        )?;
    }
    file.flush()
}

/// Takes the time of every stage.
#[derive(Default)]
struct StopWatch {
    began: Mutex<Option<Instant>>,
    stages: Mutex<Vec<(StageName, Duration)>>,
}

impl Progress for StopWatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    fn stage_began(&self, _stage: StageName) {
        *self.began.lock().unwrap() = Some(Instant::now());
    }

    fn step_began(&self, _step: &str, _size_bytes: Option<u64>) {}

    fn step_advanced(&self, _rows: u64, _bytes: u64) {}

    fn stage_ended(&self, stage: StageName, _rows: u64) {
        let began = self.began.lock().unwrap().take().expect("the stage began");
        self.stages.lock().unwrap().push((stage, began.elapsed()));
    }
}
