//! Measures the program on a generated control: two CSV files of 12 columns, compared and tied out.
//!
//! `make bench-pipeline` builds the program and calls this with its path. It runs the program as anyone would, and
//! prints rows a second and time per stage as the program itself says them, and CPU and peak memory of the whole
//! process. Every value is a function of its row, so each run has the same input. Linux only (`/proc`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot be taken stops with the reason"
)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const DEFINITION: &str = r#"
schema = 1
id = "bench"
title = "Two generated ledgers"
description = "Measures the pipeline."
owner = { name = "Owner", email = "owner@example.com" }
reviewer = { name = "Reviewer", email = "reviewer@example.com" }
cutoff = { rule = "previous_month_end", time_zone = "UTC" }
sources = [{ name = "folder", kind = "files", folder = "sample" }]
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
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("the path of the program tieout");
    let rows: u64 = arguments.next().map_or(1_000_000, |text| text.parse().expect("ROWS is a number"));
    let folder = tempfile::tempdir().expect("a folder for the data");
    let control = folder.path().join("bench");
    let sample = control.join("sample");
    fs::create_dir_all(&sample).unwrap();
    let data_sets = ["left", "right"].map(|side| DATA_SET.replace("SIDE", side));
    fs::write(control.join("control.toml"), format!("{DEFINITION}{}", data_sets.concat())).unwrap();
    for side in ["left", "right"] {
        generate(&sample.join(format!("{side}.csv")), rows, side == "right").expect("room for the data");
    }
    let size_bytes: u64 =
        ["left.csv", "right.csv"].map(|name| fs::metadata(sample.join(name)).unwrap().len()).iter().sum();
    println!("2 x {rows} rows x 12 columns of CSV, {} MB", size_bytes / 1_000_000);
    measure(&program, folder.path(), 2 * rows);
}

/// Runs the program and prints its figures.
fn measure(program: &str, folder: &Path, rows: u64) {
    let mut child = Command::new(program)
        .args(["run", "bench", "--cutoff-date", "2026-12-31", "--controls", ".", "--store", "store"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let peak_kb = watch(&mut child);
    let cpu_ms = cpu_ms(child.id());
    let errors = BufReader::new(child.stderr.take().expect("standard error is piped"));
    println!("\n{:<10} {:>9} {:>12}", "stage", "ms", "rows/s");
    let mut total_ms = 0;
    for line in errors.lines() {
        let line = line.unwrap();
        // The program says: `extract: 1998017 rows in 5210 ms`.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [stage, _, "rows", "in", ms, "ms"] = words[..] else {
            println!("{line}");
            continue;
        };
        let ms: u64 = ms.parse().expect("milliseconds");
        total_ms += ms;
        println!("{:<10} {ms:>9} {:>12}", stage.trim_end_matches(':'), rows * 1000 / ms.max(1));
    }
    println!("{:<10} {total_ms:>9} {:>12}", "all", rows * 1000 / total_ms.max(1));
    println!("\nCPU {cpu_ms} ms, peak memory {} MB", peak_kb / 1024);
    let code = child.wait().expect("the program ends").code();
    assert_eq!(code, Some(1), "the generated control finds exceptions");
}

/// Watches the peak memory until the program has ended, in KiB; its other figures stay until it is waited for.
fn watch(child: &mut Child) -> u64 {
    let mut peak_kb = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        match peak.and_then(|text| text.split_whitespace().next()).map(|text| text.parse().unwrap()) {
            Some(kb) => peak_kb = kb,
            None => return peak_kb,
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// User and system time of an ended process; the kernel counts in hundredths of a second.
fn cpu_ms(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("the name of the process").1.split_whitespace().collect();
    (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10
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
