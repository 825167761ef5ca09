"""The same rows in files of every kind and layout."""

import csv
import gzip
import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import tables

ENCODINGS = {
    "number": ["PLAIN", "DELTA_BINARY_PACKED"], "text": ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"],
    "bytes": ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"], "date": ["PLAIN", "DELTA_BINARY_PACKED"],
    "moment": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"], "instant": ["PLAIN", "DELTA_BINARY_PACKED"],
    "float": ["PLAIN", "BYTE_STREAM_SPLIT"], "boolean": ["PLAIN", "RLE"], "time": ["PLAIN", "DELTA_BINARY_PACKED"],
}  # fmt: skip


def table(columns, side, rows):
    """The rows of a side as an Arrow table."""
    arrays = [tables.array(made, side, [row[at] for row in rows]) for at, made in enumerate(columns)]
    return pa.table(arrays, names=[made.name for made in columns])


def encoding(rng, made, side):
    """A column's encoding; decimals as fixed bytes and narrow integers take fewer of them."""
    if made.kind == "number" and pa.types.is_decimal(made.types[side]):
        return "PLAIN"
    return rng.choice(ENCODINGS[made.kind])


def write_parquet(rng, path, columns, side, rows):
    """Writes rows in a random layout: codec, encodings, sizes of row groups and pages, versions, indexes."""
    data = table(columns, side, rows)
    if rng.random() < 0.15 and not any(made.kind in ("instant", "float", "time") for made in columns):
        group = rng.choice([2048, 122_880])
        version = rng.choice(["v1", "v2"])
        codec = rng.choice(["snappy", "zstd", "gzip", "uncompressed"])
        duckdb.connect().execute(
            f"copy (from data) to '{path}' (format parquet, parquet_version {version}, compression {codec}, "
            f"row_group_size {group})"
        )
        return
    options = {
        "compression": rng.choice(["none", "snappy", "gzip", "zstd"]),
        "row_group_size": rng.choice([1 + len(rows) // 50, 1 + len(rows) // 3, 1 << 20]),
        "data_page_version": rng.choice(["1.0", "2.0"]),
        "data_page_size": rng.choice([64, 1024, 1 << 20]),
        "write_batch_size": rng.choice([7, 64, 1024]),
        "write_statistics": rng.random() < 0.5,
        "write_page_index": rng.random() < 0.5,
        "store_schema": rng.random() < 0.7,
        "dictionary_pagesize_limit": rng.choice([64, 1 << 20]),
        "write_page_checksum": rng.random() < 0.3,
    }
    if rng.random() < 0.5:
        options |= {"use_dictionary": True}
    else:
        encodings = {made.name: encoding(rng, made, side) for made in columns if not is_dictionary(made, side)}
        options |= {"use_dictionary": False, "column_encoding": encodings}
        if rng.random() < 0.5 and "PLAIN" in encodings.values():
            # Decimals as integers where they fit.
            options |= {"store_decimal_as_integer": True}
    pq.write_table(data, path, **options)


def is_dictionary(made, side):
    return pa.types.is_dictionary(made.types[side])


def write_csv(rng, path, columns, rows):
    """Writes rows as CSV, compressed by the end of the name."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=",", lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerow([made.name for made in columns])
    for row in rows:
        writer.writerow([tables.text_of(made, cell) for made, cell in zip(columns, row)])
    content = text.getvalue().encode("utf-8-sig" if rng.random() < 0.3 else "utf-8")
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
