"""Runs the comparison benchmark, in which the program takes turns with its peers, and prints tables for the README.

    side_by_side.py peers  --bench DIR --program TIEOUT --bound DECODE_BOUND --data DIR [--large] [--only CASE ..]
    side_by_side.py growth --bench DIR --program TIEOUT --data DIR [--large] [--only CASE ..]

`peers` sets tieout beside DuckDB, Polars and a program that only decodes both files. `growth` runs tieout alone over
more and more rows, as it comes, with a memory limit that makes it spill, and with every pair verified. Both generate
the data once, and leave the runs and the judging of every answer to the benchmark's own `bench.py`.

Called by `make bench` and `make bench-growth`, in a venv that holds the packages of requirements.txt.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import shlex
import subprocess
import sys

# Name: what it says in the table, and how its data is generated.
CASES = {
    "n1": ("1M × 12", ["--rows", "1000000"]),
    "n10": ("10M × 12, snappy", ["--rows", "10000000"]),
    "z10": ("10M × 12, zstd", ["--rows", "10000000", "--codec", "zstd"]),
    "w1": ("1M × 60", ["--rows", "1000000", "--wide"]),
    "n50": ("50M × 12", ["--rows", "50000000"]),
}
LARGE = ["n50"]
GROWTH = ["n1", "n10", "n50"]
PEERS = ["duckdb:narrow", "polars:narrow"]
LIMIT = "1GB"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=["peers", "growth"])
    parser.add_argument("--bench", type=pathlib.Path, required=True, help="folder with gen.py, bench.py and check.py")
    parser.add_argument("--program", type=pathlib.Path, required=True, help="the program tieout, optimised")
    parser.add_argument("--bound", type=pathlib.Path, help="the program decode_bound, optimised")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="where data is generated and answers are left")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="with 50,000,000 rows a side, which take 6 GB of disk")
    parser.add_argument("--only", nargs="+", choices=CASES, metavar="CASE", help=f"of {', '.join(CASES)}")
    return parser.parse_args()


def generated(given, case):
    """The folder of a case's data, generated unless it is there whole: the truth is written last."""
    folder = given.data / case
    if not (folder / "truth.parquet").exists():
        print(f"generating {folder}", file=sys.stderr)
        subprocess.run([sys.executable, given.bench / "gen.py", folder, *CASES[case][1]], check=True, stdout=sys.stderr)
    return folder


def tieout(given, name="tieout", *options):
    """The program as a peer. It ends with 1 when it has found differences, which is no failure."""
    compare = [
        str(given.program.resolve()), "compare", "{data}/left.parquet", "{data}/right.parquet",
        "--on", "company,document_no,line_no", "--abs-tol", "amount=0.05",
        "--sum-diff", "amount", "--by", "company,currency", "--output", "{out}", "--threads", "{threads}", *options,
    ]  # fmt: skip
    return f"{name}=" + shlex.join(["sh", "-c", '"$@" || [ $? -eq 1 ]', "tieout", *compare])


def run(given, case, peers):
    """What bench.py measured of each peer, by name."""
    folder, work = generated(given, case), given.data / "work" / case
    work.mkdir(parents=True, exist_ok=True)
    lines = work / "measured.jsonl"
    lines.unlink(missing_ok=True)
    bench = [sys.executable, given.bench / "bench.py", folder, work, "--runs", str(given.runs)]
    bench += ["--threads", str(given.threads), "--json", lines, *peers]
    subprocess.run(bench, check=True, stdout=sys.stderr)
    return {line["peer"]: line for line in map(json.loads, lines.read_text().splitlines())}


def seconds(measured):
    return f"{measured['wall']:.2f} s"


def megabytes(measured):
    return f"{measured['rss_mb']:,.0f} MB"


def is_right(measured):
    return measured["verdict"] == "CORRECT"


def peers_row(given, case):
    files = ["{data}/left.parquet", "{data}/right.parquet"]
    bound = "bound=" + shlex.join([str(given.bound.resolve()), "{threads}", *files])
    measured = run(given, case, [*PEERS, tieout(given), bound])
    ours, floor = measured["tieout"], measured["bound"]
    cells = [CASES[case][0], seconds(ours)]
    answered = [measured[peer] for peer in PEERS if is_right(measured[peer])]
    cells += [seconds(measured[peer]) if is_right(measured[peer]) else "fails" for peer in PEERS]
    cells.append(f"{ours['wall'] / min(peer['wall'] for peer in answered):.2f}" if answered else "–")
    cells += [f"{floor['wall']:.2f} s", f"{ours['wall'] / floor['wall']:.2f}"]
    cells.append(" / ".join(megabytes(measured[name]) for name in ["tieout", *PEERS]))
    return cells, ours


def growth_row(given, case):
    variants = {"tieout": [], "limited": ["--memory-limit", LIMIT], "paranoid": ["--paranoid"]}
    measured = run(given, case, [tieout(given, name, *options) for name, options in variants.items()])
    rows = int(CASES[case][1][1])
    cells = [CASES[case][0]]
    for name in variants:
        one = measured[name]
        answer = f"{seconds(one)}, {megabytes(one)}" if is_right(one) else f"WRONG: {one['verdict']}"
        cells.append(answer)
    cells.append(f"{measured['tieout']['wall'] / rows * 1e6:.2f} s")
    return cells, measured["tieout"]


TABLES = {
    "peers": (
        ["case", "tieout", "DuckDB", "Polars", "against the better", "decode bound", "against the bound",
         "peak memory: tieout / DuckDB / Polars"],
        peers_row,
        ["n1", "n10", "z10", "w1", "n50"],
    ),
    "growth": (
        ["case", "as it comes", f"--memory-limit {LIMIT}", "--paranoid", "per million rows a side"],
        growth_row,
        GROWTH,
    ),
}  # fmt: skip


def processor():
    for line in open("/proc/cpuinfo", encoding="utf-8") if os.path.exists("/proc/cpuinfo") else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def main():
    given = arguments()
    headers, row, cases = TABLES[given.table]
    cases = given.only or [case for case in cases if given.large or case not in LARGE]
    rows = [row(given, case) for case in cases]
    print(f"| {' | '.join(headers)} |\n| {' | '.join('---' for _ in headers)} |")
    for cells, _ in rows:
        print(f"| {' | '.join(cells)} |")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars") if given.table == "peers"]
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {processor()}"
    load = f"load average {max(ours['load'] for _, ours in rows):.1f}"
    how = f"Medians of {given.runs} runs in rotation, whole processes, {given.threads} threads"
    print(f"\n{'; '.join([how, *versions, machine, load])}.")
    wrong = [case for case, (_, ours) in zip(cases, rows) if not is_right(ours)]
    if wrong:
        sys.exit(f"tieout's answer is not right: {', '.join(wrong)}: see {given.data}/work/CASE")


if __name__ == "__main__":
    main()
