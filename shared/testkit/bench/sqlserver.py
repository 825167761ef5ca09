"""Reads a ledger from the TDS test server into Parquet, tieout and its peers in turn, and prints a table.

    sqlserver.py run  --server SERVER --tieout PROGRAM [--rows N] [--runs N] [--folder DIR]
    sqlserver.py peer NAME PORT FOLDER

`run` starts the server once and then, run by run, every contestant in a process of its own: tieout with everything
encrypted and with the login alone encrypted, as the peers do it, then connectorx, pymssql and pyodbc over FreeTDS.
Each writes one zstd Parquet file. Rows and sum of amounts of every file are checked. The median is printed.

Called by `make bench-sqlserver`, in a venv that holds the packages of sqlserver_requirements.txt; pyodbc also needs
FreeTDS's ODBC driver (package tdsodbc), and is left out with a note where it is missing.
"""

import argparse
import decimal
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

QUERY = "SELECT * FROM ledger"
BATCH_ROWS = 65_536
ODBC_DRIVER = pathlib.Path("/usr/lib/x86_64-linux-gnu/odbc/libtdsodbc.so")
CONTESTANTS = ["tieout", "tieout, everything encrypted", "connectorx", "pymssql", "pyodbc"]


def schema():
    import pyarrow as pa
    return pa.schema([
        ("entry_no", pa.int64()), ("company", pa.string()), ("document_no", pa.string()),
        ("posting_date", pa.date32()), ("created_at", pa.timestamp("us")), ("account", pa.string()),
        ("description", pa.string()), ("currency", pa.string()), ("amount", pa.decimal128(38, 20)),
        ("amount_lcy", pa.decimal128(19, 4)), ("quantity", pa.int32()), ("open", pa.bool_()),
    ])


def write_rows(cursor, file):
    """Writes what a cursor fetches, batch by batch, as the peers' own documentation does it."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    with pq.ParquetWriter(file, schema(), compression="zstd") as writer:
        while rows := cursor.fetchmany(BATCH_ROWS):
            columns = [pa.array(column, type=field.type) for column, field in zip(zip(*rows), schema())]
            writer.write_batch(pa.record_batch(columns, schema=schema()))


def peer(name, port, file):
    """Reads with one peer."""
    if name == "connectorx":
        import connectorx
        import pyarrow.parquet as pq
        url = (f"mssql://tieout_reader:bench@127.0.0.1:{port}/AIG_Nav_DW"
               "?encrypt=false&trust_server_certificate=true")
        pq.write_table(connectorx.read_sql(url, QUERY, return_type="arrow"), file, compression="zstd")
        return
    if name == "pymssql":
        import pymssql
        connection = pymssql.connect(server="127.0.0.1", port=port, user="tieout_reader", password="bench",
                                     database="AIG_Nav_DW", tds_version="7.4", autocommit=True)
    else:
        import pyodbc
        connection = pyodbc.connect(f"DRIVER={ODBC_DRIVER};SERVER=127.0.0.1;PORT={port};UID=tieout_reader;PWD=bench;"
                                    "DATABASE=AIG_Nav_DW;TDS_Version=7.4", autocommit=True)
    cursor = connection.cursor()
    cursor.execute(QUERY)
    write_rows(cursor, file)


def command(given, contestant, port):
    """How a contestant is started, and the file that it writes."""
    if contestant.startswith("tieout"):
        encrypt = "yes" if "everything" in contestant else "no"
        return [str(given.tieout), port, str(given.folder), encrypt], given.folder / "tieout.parquet"
    file = given.folder / f"{contestant}.parquet"
    return [sys.executable, "-B", __file__, "peer", contestant, port, str(file)], file


def measured(given, contestant, port):
    """Seconds and peak memory of one run, with rows and sum of what it wrote."""
    import pyarrow.compute
    import pyarrow.parquet as pq
    arguments, file = command(given, contestant, port)
    file.unlink(missing_ok=True)
    began = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    # Of this child alone: the maximum over all children would hide all but the largest.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if status != 0:
        raise SystemExit(f"{contestant} failed")
    rows, total = 0, decimal.Decimal(0)
    for batch in pq.ParquetFile(file).iter_batches(columns=["amount"]):
        rows += batch.num_rows
        total += pyarrow.compute.sum(batch.column(0)).as_py() or 0
    return {"seconds": seconds, "peak_mb": usage.ru_maxrss / 1024, "rows": rows, "total": total}


def run(given):
    given.folder.mkdir(parents=True, exist_ok=True)
    contestants = [name for name in CONTESTANTS if name != "pyodbc" or ODBC_DRIVER.exists()]
    server = subprocess.Popen([given.server, str(given.rows), str(given.folder)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    port, wire_bytes = server.stdout.readline().split()
    figures = {name: [] for name in contestants}
    try:
        for number in range(given.runs):
            # Everyone begins once: what is warm or busy is not always the same one's.
            turn = number % len(contestants)
            for name in contestants[turn:] + contestants[:turn]:
                figures[name].append(measured(given, name, port))
                print(json.dumps({"run": number, "contestant": name, **figures[name][-1]}, default=str), file=sys.stderr)
    finally:
        server.stdin.close()
        server.wait()
    answers = {(figure["rows"], figure["total"]) for runs in figures.values() for figure in runs}
    if len(answers) != 1:
        raise SystemExit(f"the files differ in rows or sum: {answers}")
    print(f"{given.rows:,} rows of 12 columns from the TDS test server to Parquet, median of {given.runs} runs in turn\n")
    print("| | s | rows/s | MB/s | peak MB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, runs in figures.items():
        seconds = statistics.median(figure["seconds"] for figure in runs)
        peak = max(figure["peak_mb"] for figure in runs)
        megabytes = int(wire_bytes) / 1e6
        print(f"| {name} | {seconds:.2f} | {given.rows / seconds:,.0f} | {megabytes / seconds:.0f} | {peak:.0f} |")
    if "pyodbc" not in contestants:
        print(f"\npyodbc is left out: {ODBC_DRIVER} is not there")


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    running = verbs.add_parser("run")
    running.add_argument("--server", required=True)
    running.add_argument("--tieout", required=True)
    running.add_argument("--rows", type=int, default=1_000_000)
    running.add_argument("--runs", type=int, default=5)
    running.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("target/bench-sqlserver"))
    one = verbs.add_parser("peer")
    one.add_argument("name")
    one.add_argument("port")
    one.add_argument("file")
    given = parser.parse_args()
    if given.verb == "peer":
        peer(given.name, given.port, given.file)
    else:
        run(given)


if __name__ == "__main__":
    main()
