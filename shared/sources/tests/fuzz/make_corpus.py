"""Writes the files in corpus/, which the fuzz tests mutate; the same rows by many writers in many forms.

    python3 -m venv V && V/bin/pip install duckdb polars pyarrow openpyxl xlsxwriter && V/bin/python make_corpus.py

The files are committed, because a test must not depend on these writers: run this only to add a file, and commit
what it wrote. Every file holds the columns of `ROWS`, whose cells are known by the marker that the test looks for.
"""

import datetime
import decimal
import gzip
import io
import json
import pathlib
import zipfile

import duckdb
import openpyxl
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

HERE = pathlib.Path(__file__).parent / "corpus"
COLUMNS = ["reference", "booked_on", "amount", "quantity", "open", "changed_at", "note"]
NOTES = ["Qvq plain", "", None, 'Qvq "quoted"; with, marks', "Qvq two\nlines", "Qvq Zürich – Ærø €", "Qvq 日本", "=Qvq()"]


def rows(count):
    for at in range(count):
        yield {
            "reference": f"Qvq-{at // 2:05d}" if at % 11 else f"Qvq-{'x' * at}",
            "booked_on": datetime.date(2024, 1, 1) + datetime.timedelta(days=7 * at),
            "amount": None if at % 7 == 3 else decimal.Decimal(at * at * 12_345 - 1_000_000).scaleb(-2),
            "quantity": (at - 5) * 10 ** (at % 9),
            "open": None if at % 5 == 4 else at % 2 == 0,
            "changed_at": datetime.datetime(2024, 2, 28, 23, 59, 58) + datetime.timedelta(hours=at, milliseconds=at),
            "note": NOTES[at % len(NOTES)],
        }


ROWS = list(rows(24))


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else str(value)


def delimited(delimiter, quote, end="\n", header=True, strip=False):
    def quoted(text):
        if strip:
            text = text.replace(delimiter, " ").replace("\n", " ")
        special = quote and any(mark in text for mark in (delimiter, quote, "\n", "\r"))
        return f"{quote}{text.replace(quote, 2 * quote)}{quote}" if special else text

    lines = [COLUMNS] if header else []
    lines += [[cell(row[name]) for name in COLUMNS] for row in ROWS]
    return "".join(delimiter.join(quoted(text) for text in line) + end for line in lines)


def save(name, content):
    (HERE / name).write_bytes(content)


def compressed(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def text_files():
    text = delimited(";", '"')
    save("utf8.csv", text.encode())
    save("bom.csv", delimited(",", '"', "\r\n").encode("utf-8-sig"))
    save("latin1.csv", delimited(";", '"').encode("latin-1", "replace"))
    save("utf16le.csv", b"\xff\xfe" + delimited("\t", '"', "\r\n").encode("utf-16-le"))
    save("utf16be.csv", b"\xfe\xff" + delimited(";", '"').encode("utf-16-be"))
    save("returns.csv", delimited(";", '"', "\r").encode())
    save("unquoted.csv", delimited("|", "", strip=True).encode())
    save("headless.csv", delimited(";", "'", header=False).encode())
    save("preamble.csv", ("Bank; of\n\nmade by hand\n" + text + "\n\n").encode())
    save("german.csv", german().encode())
    save("zipped.csv.gz", gzip.compress(text[:700].encode(), mtime=0) + gzip.compress(text[700:].encode(), 0, mtime=0))
    save("zipped.csv.zst", compressed(text[:900].encode()) + compressed(text[900:].encode()))
    lines = [json.dumps({name: plain(row[name]) for name in COLUMNS}) for row in ROWS]
    save("lines.jsonl", "\n".join(lines).encode())
    save("raw.jsonl", json_by_hand().encode())
    save("zipped.jsonl.gz", gzip.compress("\r\n".join(lines).encode(), mtime=0))
    save("zipped.jsonl.zst", compressed("\n".join(lines).encode()))


def german():
    lines = ["reference;booked_on;amount;quantity;open;changed_at;note"]
    for row in ROWS:
        amount = "" if row["amount"] is None else f"{row['amount']:,.2f}".translate(str.maketrans(",.", ".,"))
        flag = {True: "ja", False: "nein", None: "-"}[row["open"]]
        moment = row["changed_at"].strftime("%d.%m.%Y %H:%M")
        fields = [row["reference"], row["booked_on"].strftime("%d.%m.%Y"), amount, str(row["quantity"]), flag, moment]
        lines.append(";".join([*fields, (row["note"] or "-").split("\n")[0].replace(";", ",").replace('"', "")]))
    return "\n".join(lines)


def plain(value):
    if isinstance(value, decimal.Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def json_by_hand():
    """What is allowed in JSON and that few writers write: escapes, spaces, exponents, other members, other order."""
    return "\n".join([
        r'{"reference":"Qvq\u0041\ud83d\ude00\/\t","booked_on":"2024-01-01","amount":1.5e2,"quantity":1,"open":true,"changed_at":"2024-01-01T00:00:00","note":null}',
        r'  { "note" : "Qvq" , "reference" : "Qvq2" , "other" : { "deep" : [ 1 , { "a" : [ [ ] ] } ] } , "amount" : -0.01 , "booked_on" : null , "quantity" : -9223372036854775808 , "open" : false , "changed_at" : null }  ',
        "",
        r'{"reference":"Qvq3","booked_on":"2024-12-31","amount":"12345678901234.56","quantity":"7","open":null,"changed_at":"2024-12-31 23:59:59.999999","note":""}',
    ])


def workbooks():
    book = xlsxwriter.Workbook(str(HERE / "shared.xlsx"))
    book.set_properties({"created": datetime.datetime(2024, 1, 1)})
    fill(book, book.add_worksheet("Entries"))
    book.add_worksheet("Empty")
    book.close()
    book = xlsxwriter.Workbook(str(HERE / "constant.xlsx"), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": datetime.datetime(2024, 1, 1)})
    fill(book, book.add_worksheet())
    book.close()
    book = xlsxwriter.Workbook(str(HERE / "epoch1904.xlsx"), {"date_1904": True})
    book.set_properties({"created": datetime.datetime(2024, 1, 1)})
    fill(book, book.add_worksheet())
    book.close()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Blätter"
    sheet.append(["A list"])
    sheet.append([])
    sheet.append(COLUMNS)
    for row in ROWS[:12]:
        sheet.append([row[name] for name in COLUMNS])
    sheet["C6"] = "=SUM(1,2)"
    sheet["C7"] = "#DIV/0!"
    sheet.merge_cells("A1:C1")
    book.save(HERE / "openpyxl.xlsx")
    for path in HERE.glob("*.xlsx"):
        repack(path)


def fill(book, sheet):
    sheet.write_row(0, 0, COLUMNS)
    day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
    for at, row in enumerate(ROWS[:14], 1):
        sheet.write(at, 0, row["reference"])
        sheet.write_datetime(at, 1, row["booked_on"], day)
        sheet.write(at, 2, None if row["amount"] is None else float(row["amount"]))
        sheet.write_formula(at, 3, "=1+1", None, row["quantity"]) if at % 4 == 0 else sheet.write(at, 3, row["quantity"])
        sheet.write(at, 4, row["open"])
        sheet.write_datetime(at, 5, row["changed_at"], moment)
        sheet.write(at, 6, row["note"])


def repack(path):
    """The same members without the moment of writing, so that the same writers give the same bytes."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            if not name.startswith(("docProps/", "xl/theme")):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(target.getvalue())


def parquet_files():
    types = [pa.string(), pa.date32(), pa.decimal128(18, 2), pa.int64(), pa.bool_(), pa.timestamp("us"), pa.string()]
    schema = pa.schema(list(zip(COLUMNS, types)))
    table = pa.Table.from_pylist(ROWS, schema)
    tall = pa.concat_tables([table] * 12)
    small = {"write_statistics": False}
    write = lambda name, table, **options: pq.write_table(table, HERE / name, **{"store_schema": False, **options})
    write("plain.parquet", table, compression="none", use_dictionary=False, **small)
    write("dictionary.parquet", tall, compression="snappy", row_group_size=100)
    write("delta.parquet", tall, compression="zstd", data_page_version="2.0", use_dictionary=False, column_encoding={
        "reference": "DELTA_BYTE_ARRAY", "booked_on": "DELTA_BINARY_PACKED", "quantity": "DELTA_BINARY_PACKED",
        "open": "RLE", "changed_at": "BYTE_STREAM_SPLIT", "note": "DELTA_LENGTH_BYTE_ARRAY"}, **small)
    write("pages.parquet", tall, compression="gzip", data_page_size=256, max_rows_per_page=20, write_page_index=True,
          write_page_checksum=True)
    write("integers.parquet", table, compression="none", store_decimal_as_integer=True, data_page_version="2.0",
          use_dictionary=["reference", "note"], store_schema=True)
    write("raw_v2.parquet", table, compression="none", data_page_version="2.0", use_deprecated_int96_timestamps=True)
    write("empty.parquet", table.slice(0, 0), compression="none")
    layouts = table.set_column(0, "reference", table["reference"].cast(pa.large_string()))
    layouts = layouts.set_column(6, "note", layouts["note"].dictionary_encode())
    layouts = layouts.set_column(3, "quantity", pa.array([row["quantity"] % 100 for row in ROWS], pa.uint8()))
    write("layouts.parquet", layouts, compression="snappy", store_schema=True, **small)
    frame = polars.from_arrow(table)
    frame.write_parquet(HERE / "polars.parquet", compression="snappy", statistics=False)
    duckdb.connect().execute(f"copy (from tall) to '{HERE}/duckdb.parquet' (format parquet, parquet_version v2)")
    rows_of_duckdb = table
    duckdb.connect().execute(f"copy (from rows_of_duckdb) to '{HERE}/duckdb_v1.parquet' (format parquet, compression uncompressed)")


def summary():
    for path in sorted(HERE.iterdir()):
        print(f"{path.stat().st_size:7} {path.name}")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    text_files()
    workbooks()
    parquet_files()
    summary()
