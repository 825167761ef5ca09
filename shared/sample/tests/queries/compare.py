"""Holds every query of PG-01, executed over the source tables of a sample, against the sample's CSV files.

    compare.py --execute FILE --queries DIR --sample DIR --tables DIR --cutoff-date D --companies A,B [--expect NAME=N]

FILE is the program that translates and executes T-SQL. Row for row and column by column, values by type: null is null,
numbers are equal as numbers, moments as moments. `--expect NAME=N` says that a query returns N rows more than its
population counts: a look-up that repeats rows. Says for each query how many rows agree; ends with 1 when one does not.
"""

import argparse
import csv
import datetime
import decimal
import importlib.util
import pathlib
import re
import sys

import duckdb

ACCOUNTS = ["13001", "13002", "13003", "13004", "13009", "13005", "13024", "18317", "18350", "18412"]


def load(path):
    """The program that executes, as a module."""
    specification = importlib.util.spec_from_file_location("execute", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def parameters(cutoff, companies):
    """Scalars and lists that the queries name."""
    end = cutoff + datetime.timedelta(days=1)
    scalars = {
        "cutoff_date": cutoff,
        "cutoff_end": datetime.datetime.combine(end, datetime.time()),
        "month_start": datetime.datetime(cutoff.year, cutoff.month, 1),
        "year_start": datetime.datetime(cutoff.year, 1, 1),
    }
    lists = {"companies": companies, "accounts": ACCOUNTS, "ledger_accounts": ["18412"], "currencies": ["EUR", "USD"]}
    return scalars, lists


def expanded(text, lists):
    """The text with each list as a table of bound values, and those values."""
    values = {}
    for name, items in lists.items():
        places = ", ".join(f"(@{name}_{number})" for number in range(1, len(items) + 1))
        text, count = re.subn(rf"@{name} AS (\w+)", rf"(VALUES {places}) AS \1(value)", text)
        if count:
            values.update({f"{name}_{number}": item for number, item in enumerate(items, 1)})
    return text, values


def counted(text):
    """The statement that counts the population, made of the query's own text."""
    # The end of the CTE is the first bracket in the first column behind its beginning.
    beginning = re.search(r"^(WITH )?population AS \($", text, re.MULTILINE).end()
    end = re.compile(r"^\)", re.MULTILINE).search(text, beginning).end()
    return text[:end] + "\nSELECT COUNT(*) AS n FROM population AS p"


def run(execute, connection, text, scalars, lists):
    """Names and rows of an answer."""
    text, values = expanded(text, lists)
    used = set(re.findall(r"@(\w+)", re.sub(r"--[^\n]*", "", text)))
    bound = {name: value for name, value in {**scalars, **values}.items() if name in used}
    answer = connection.execute(execute.translated(text), bound)
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


def main():
    parser = argparse.ArgumentParser()
    for name in ("execute", "queries", "sample", "tables", "cutoff-date", "companies"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--expect", action="append", default=[])
    arguments = parser.parse_args()
    execute = load(arguments.execute)
    expected = {name: int(count) for name, count in (item.split("=") for item in arguments.expect)}
    cutoff = datetime.date.fromisoformat(arguments.cutoff_date)
    scalars, lists = parameters(cutoff, arguments.companies.split(","))
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'NOCASE'")
    execute.attach(connection, arguments.tables)
    failed = False
    for query in sorted(pathlib.Path(arguments.queries).glob("*.sql")):
        text = query.read_text(encoding="utf-8")
        names, rows = run(execute, connection, text, scalars, lists)
        _, [[count]] = run(execute, connection, counted(text), scalars, lists)
        path = pathlib.Path(arguments.sample) / f"{query.stem}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            headers, *cells = csv.reader(file)
        cells = [[from_csv(cell) for cell in row] for row in cells]
        lines = differences(headers, cells, names, rows)
        if len(rows) != count + expected.get(query.stem, 0):
            lines.append(f"{count} rows in the population, {len(rows)} from the query")
        if not rows:
            lines.append("no rows at all: nothing is shown by that")
        print(f"{query.stem}: {len(rows)} rows" + ("" if not lines else ", WRONG"))
        print("".join(f"  {line}\n" for line in lines), end="")
        failed = failed or bool(lines)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
