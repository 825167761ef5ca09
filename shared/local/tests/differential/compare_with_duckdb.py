"""Holds `tieout compare` against DuckDB: random tables, the same question to both, every figure and row the same.

    compare_with_duckdb.py [--cases N] [--seed FIRST]

The program is named by the environment variable TIEOUT (default: target/debug/tieout). Every case follows from its
seed. The program answers it several times, with the rows in another order, in other files, with other threads and
limits, and every answer must have the same bytes. A case that fails leaves its files in target/differential/SEED and
prints the command. Needs the packages of requirements.txt; `make test` sees to them.
"""

import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import answers
import files
import tables

PROGRAM = pathlib.Path(os.environ.get("TIEOUT", "target/debug/tieout")).resolve()
KEPT = pathlib.Path("target/differential")
ANSWER = ["summary.json", "exceptions.parquet"]


def question(rng, is_plain, key, values):
    """Arguments of the comparison beyond the files, and what they ask for in the summary."""
    arguments = ["--on", ",".join(made.name for made in key)]
    for made in values:
        for option, declared in (("abs-tol", made.absolute), ("rel-tol", made.relative), ("days-tol", made.days)):
            arguments += [f"--{option}", f"{made.name}={declared}"] if declared else []
    for made in key + values:
        arguments += ["--normalise", f"{made.name}={made.steps}"] if made.steps else []
    numbers = [at for at, made in enumerate(values) if made.kind == "number"]
    sum_of, by = (rng.choice(numbers), []) if numbers and rng.random() < 0.6 else (None, [])
    if sum_of is not None:
        arguments += ["--sum-diff", values[sum_of].name]
        able = [(True, at) for at, made in enumerate(key) if made.kind in ("text", "boolean")]
        able += [(False, at) for at, made in enumerate(values) if made.kind in ("text", "boolean")]
        by = rng.sample(able, min(len(able), rng.randint(0, 2)))
        names = [(key if is_key else values)[at].name for is_key, at in by]
        arguments += ["--by", ",".join(names)] if by else []
    what_if = [(at, ["0", "0.05", "1"]) for at in numbers if rng.random() < 0.3]
    for at, tolerances in what_if:
        arguments += ["--what-if", f"{values[at].name}={','.join(tolerances)}"]
    return arguments, (sum_of, by, what_if)


def typed(columns):
    """Arguments that say how text files are read."""
    names = {"text": "text", "date": "date", "moment": "timestamp", "boolean": "boolean"}
    types = [(made.name, names.get(made.kind) or str(made.types[0])) for made in columns]
    types = [(name, "integer" if kind == "int64" else kind.replace("decimal128", "decimal").replace(" ", ""))
             for name, kind in types]  # fmt: skip
    return [argument for name, kind in types for argument in ("--type", f"{name}={kind}")]


def compare(folder, sides, arguments, name):
    """Runs the program; returns its folder of answers, or what went wrong."""
    target = folder / name
    command = [str(PROGRAM), "compare", *map(str, sides), *arguments, "--output", str(target)]
    (folder / f"{name}.sh").write_text(shlex.join(command) + "\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        return None, [f"{name}: exit code {done.returncode}: {done.stderr.strip()[-600:]}"]
    missing = [file for file in ANSWER if not (target / file).is_file()]
    return (target, done.returncode), [f"{name}: {file} was not written" for file in missing]


def variants(rng, folder, sides, both, left, right):
    """Other ways to ask the same: none may change a byte of the answer."""
    yield "one-thread", sides, ["--threads", "1"]
    yield "four-threads", sides, ["--threads", "4"]
    yield "paranoid", sides, ["--paranoid", "--threads", "2"]
    yield "little-memory", sides, ["--memory-limit", "98MiB"]
    others = []
    for side, rows in enumerate([left, right]):
        rows = rng.sample(rows, len(rows))
        others.append(folder / f"shuffled-{'left' if side == 0 else 'right'}.parquet")
        files.write_parquet(rng, others[side], both, side, rows)
    yield "shuffled", others, []


def is_same(first, second):
    return [file for file in ANSWER if (first / file).read_bytes() != (second / file).read_bytes()]


def check(seed, folder):
    """Everything that is wrong with the program's answers to one case."""
    rng, is_plain, key, values, left, right = tables.case(seed)
    both = key + values
    sides = [folder / "left.parquet", folder / "right.parquet"]
    for side, rows in enumerate([left, right]):
        files.write_parquet(rng, sides[side], both, side, rows)
    arguments, (sum_of, by, what_if) = question(rng, is_plain, key, values)
    made, problems = compare(folder, sides, arguments, "answer")
    if problems:
        return problems
    target, code = made
    answer = answers.Answer(key, values, *sides)
    expected = answer.expected_summary(sum_of, by, what_if)
    problems += answer.wrong_summary(target / "summary.json", expected, sum_of)
    problems += answer.wrong_exceptions(target / "exceptions.parquet")
    if code != (0 if expected["equal"] else 1):
        problems.append(f"exit code {code}, and equal is {expected['equal']}")
    for name, others, options in variants(rng, folder, sides, both, left, right):
        other, failed = compare(folder, others, arguments + options, name)
        problems += failed or [f"{name}: {file} has other bytes" for file in is_same(target, other[0])]
    if is_plain:
        texts = [folder / f"{side}.csv{rng.choice(['', '.gz'])}" for side in ("left", "right")]
        for path, rows in zip(texts, [left, right]):
            files.write_csv(rng, path, both, rows)
        other, failed = compare(folder, texts, arguments + typed(both), "text")
        problems += failed or [f"text: {file} has other bytes" for file in is_same(target, other[0])]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=int(os.environ.get("TIEOUT_DIFFERENTIAL_CASES", "40")))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    failures = 0
    for seed in range(given.seed, given.seed + given.cases):
        folder = KEPT / str(seed)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        problems = check(seed, folder)
        if not problems:
            shutil.rmtree(folder)
            continue
        failures += 1
        print(f"FAILED  --seed {seed} --cases 1, files in {folder}")
        print("".join(f"        {problem}\n" for problem in problems[:8]), end="")
    if failures:
        sys.exit(f"{failures} of {given.cases} cases differ from DuckDB's answer")
    print(f"{given.cases} random comparisons agree with DuckDB in every figure and row")


if __name__ == "__main__":
    main()
