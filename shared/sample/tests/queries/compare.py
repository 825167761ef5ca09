"""Holds every query of PG-01, executed over the source tables of a sample, against the sample's CSV files.

    compare.py --execute FILE --requests FILE --sample DIR --tables DIR [--expect NAME=N]

The first FILE is the program that translates and executes T-SQL. The second holds one JSON line a query: its name, and
the statements `rows`, `count` and `total` as they are sent, each with its bound values. Row for row and column by
column, values by type: null is null, numbers are equal as numbers, moments as moments; the count must be that of the
rows, and the total that of the sample's list. `--expect NAME=N` says that a query returns N rows more than its
population counts: a look-up that repeats rows. Says for each query how many rows agree; ends with 1 when one does not.
"""

import argparse
import csv
import datetime
import decimal
import importlib.util
import json
import pathlib
import re
import sys

import duckdb


def load(path):
    """The program that executes, as a module."""
    specification = importlib.util.spec_from_file_location("execute", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def run(execute, connection, statement):
    """Names and rows of an answer."""
    values = {name: execute.bound(value) for name, value in statement["parameters"].items()}
    answer = connection.execute(execute.translated(statement["sql"]), values)
    return [column[0] for column in answer.description], answer.fetchall()


def from_csv(text):
    """A cell of the CSV as something that compares like the query's value."""
    return None if text in ("", "NULL") else text


def same(cell, value):
    """Whether a CSV cell and a value of the database are one value."""
    if cell is None or value is None:
        return cell is None and value is None
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, (int, decimal.Decimal)):
        flags = {"true": "1", "false": "0"}
        return decimal.Decimal(flags.get(cell.lower(), cell)) == value
    if isinstance(value, datetime.datetime):
        return datetime.datetime.fromisoformat(cell) == value
    if isinstance(value, datetime.date):
        return datetime.datetime.fromisoformat(cell) == datetime.datetime.combine(value, datetime.time())
    return cell == value


def order(row):
    """Something to sort rows by that is the same for both sides: numbers as numbers, the rest as text."""
    def part(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(int(value))
        if isinstance(value, datetime.datetime):
            return value.isoformat()
        if isinstance(value, datetime.date):
            return value.isoformat() + "T00:00:00"
        text = {"true": "1", "false": "0"}.get(str(value).lower(), str(value))
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return format(decimal.Decimal(text).normalize(), "f")
        if re.match(r"\d{4}-\d\d-\d\d[ T]", text):
            return text.replace(" ", "T")
        return text
    return [part(value) for value in row]


def differences(headers, cells, names, rows):
    """What differs, as lines for people; at most a few."""
    if headers != names:
        return [f"columns differ: {[pair for pair in zip(headers, names) if pair[0] != pair[1]]}"]
    lines = [] if len(cells) == len(rows) else [f"{len(cells)} rows in the CSV, {len(rows)} from the query"]
    for left, right in zip(sorted(cells, key=order), sorted(rows, key=order)):
        for name, cell, value in zip(headers, left, right):
            if not same(cell, value):
                lines.append(f"{name}: CSV {cell!r}, query {value!r}, in {left[:6]}")
        if len(lines) > 5:
            break
    return lines


def check(execute, connection, request, sample, more):
    """How many rows a query gives, and what is wrong with them as lines for people."""
    names, rows = run(execute, connection, request["rows"])
    _, [[count]] = run(execute, connection, request["count"])
    _, [[counted, *totals]] = run(execute, connection, request["total"])
    with (sample / f"{request['name']}.csv").open(encoding="utf-8-sig", newline="") as file:
        headers, *cells = csv.reader(file)
    lines = differences(headers, [[from_csv(cell) for cell in row] for row in cells], names, rows)
    if len(rows) != count + more or len(rows) != counted:
        lines.append(f"{count} rows in the population, {counted} where they are summed, {len(rows)} from the query")
    with (sample / "control_totals.csv").open(encoding="utf-8", newline="") as file:
        known = {row["dataset"]: row for row in csv.DictReader(file)}[request["name"]]
    if sum(totals) != decimal.Decimal(known["amount"]):
        lines.append(f"the source sums to {sum(totals)}, the list of control totals says {known['amount']}")
    if not rows:
        lines.append("no rows at all: nothing is shown by that")
    return len(rows), lines


def main():
    parser = argparse.ArgumentParser()
    for name in ("execute", "requests", "sample", "tables"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    parser.add_argument("--expect", action="append", default=[])
    arguments = parser.parse_args()
    execute = load(arguments.execute)
    expected = {name: int(count) for name, count in (item.split("=") for item in arguments.expect)}
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'NOCASE'")
    execute.attach(connection, arguments.tables)
    failed = False
    for line in arguments.requests.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        name = request["name"]
        rows, lines = check(execute, connection, request, arguments.sample, expected.get(name, 0))
        print(f"{name}: {rows} rows" + ("" if not lines else ", WRONG"))
        print("".join(f"  {text}\n" for text in lines), end="")
        failed = failed or bool(lines)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
