"""Executes T-SQL on DuckDB over a folder of tables, for the TDS test server.

    execute.py --tables DIR

DIR/<database>/<schema>/<table>.parquet (`/` in a name as `%2F`) becomes "database"."schema"."table". One JSON line on
standard input is one request: {"sql", "database", "parameters": {name: {"type", "value"}}}, names without `@`, values
as text or null. The answer is one JSON line: {"file": an Arrow IPC stream, which the reader deletes} or {"error"}.
With {"show": true} the answer is {"sql": the translated text} and nothing is executed.

T-SQL is translated by sqlglot. What it leaves open is closed in `DIALECT_GAPS`; what would change a result silently is
refused by name. Text compares as under SQL_Latin1_General_CP1_CI_AS (case ignored), except that trailing blanks count.
A decimal divided by a decimal is a binary float, which the adapter of the program then refuses for an amount.
"""

import argparse
import datetime
import decimal
import json
import pathlib
import sys
import tempfile
import urllib.parse

import duckdb
import pyarrow
import sqlglot
from sqlglot import exp

BATCH_ROWS = 16_384


class Refused(Exception):
    """A construct whose meaning would differ on DuckDB."""


def is_text(node):
    """Whether an expression is text for certain."""
    if isinstance(node, (exp.Paren, exp.Coalesce, exp.Collate)):
        return is_text(node.this)
    if isinstance(node, exp.Literal):
        return node.is_string
    if isinstance(node, exp.Convert):
        return node.this.is_type(*exp.DataType.TEXT_TYPES)
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return node.to.is_type(*exp.DataType.TEXT_TYPES)
    if isinstance(node, (exp.Add, exp.DPipe)):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, (exp.National, exp.Concat, exp.Left, exp.Right, exp.Upper, exp.Lower, exp.Trim,
                             exp.Substring, exp.Replace))


def plus_of_texts(node):
    """`a + b` joins texts when one side is text."""
    if isinstance(node, exp.Add) and (is_text(node.left) or is_text(node.right)):
        return exp.DPipe(this=node.left, expression=node.right, safe=False)
    return node


def types_of_the_server(node):
    """money, float, bit, datetime2(7), nvarchar(max) and the like have other names, or the same name for less."""
    if not isinstance(node, exp.DataType):
        return node
    kinds = exp.DataType.Type
    sizes = [parameter.name.upper() for parameter in node.expressions]
    if node.this == kinds.MONEY:
        return exp.DataType.build("decimal(19,4)", dialect="duckdb")
    if node.this == kinds.SMALLMONEY:
        return exp.DataType.build("decimal(10,4)", dialect="duckdb")
    if node.this == kinds.BIT:
        return exp.DataType.build("boolean", dialect="duckdb")
    if node.this in (kinds.TINYINT, kinds.UTINYINT):
        return exp.DataType.build("utinyint", dialect="duckdb")
    if node.this == kinds.FLOAT:
        single = bool(sizes) and sizes[0].isdigit() and int(sizes[0]) <= 24
        return exp.DataType.build("real" if single else "double", dialect="duckdb")
    if node.this in (kinds.DATETIME, kinds.DATETIME2, kinds.SMALLDATETIME, kinds.TIMESTAMP):
        return exp.DataType.build("timestamp", dialect="duckdb")
    if node.this in exp.DataType.TEXT_TYPES and sizes == ["MAX"]:
        return exp.DataType.build("text", dialect="duckdb")
    return node


def conversions(node):
    """CONVERT without a style fails as CAST does; a cast to text of a length cuts."""
    if isinstance(node, exp.Convert) and not node.args.get("style"):
        made = exp.TryCast if node.args.get("safe") else exp.Cast
        node = made(this=node.expression, to=node.this)
    if isinstance(node, exp.Convert) and node.this.is_type(*exp.DataType.TEXT_TYPES):
        size = node.this.expressions
        style = node.args["style"].name
        formats = {"112": "%Y%m%d", "23": "%Y-%m-%d", "120": "%Y-%m-%d %H:%M:%S"}
        if style not in formats:
            raise Refused(f"CONVERT with style {style}")
        text = exp.func("STRFTIME", node.expression, exp.Literal.string(formats[style]), dialect="duckdb")
        return exp.Left(this=text, expression=size[0].this) if size and size[0].name.isdigit() else text
    if isinstance(node, (exp.Cast, exp.TryCast)) and node.to.is_type(*exp.DataType.TEXT_TYPES):
        size = node.to.expressions
        if size and size[0].name.isdigit():
            cast = type(node)(this=node.this, to=exp.DataType.build("text"))
            return exp.Left(this=cast, expression=exp.Literal.number(size[0].name))
    return node


def applied_subqueries(node):
    """CROSS APPLY and OUTER APPLY are lateral joins, which need a condition."""
    if isinstance(node, exp.Join) and isinstance(node.this, exp.Lateral):
        node.set("on", exp.true())
        if node.this.args.get("cross_apply") is False:
            node.set("side", "LEFT")
        node.this.set("cross_apply", None)
    return node


def collations(node):
    """Case is ignored unless a collation says otherwise."""
    if isinstance(node, exp.Collate):
        name = node.expression.name.upper()
        if "_CI_" in name or name == "DATABASE_DEFAULT":
            return node.this
        return exp.Collate(this=node.this, expression=exp.to_identifier("C", quoted=True))
    if isinstance(node, exp.National):
        return exp.Literal.string(node.name)
    if isinstance(node, exp.Like):
        pattern = node.expression
        if not isinstance(pattern, exp.Literal) or "[" in pattern.name:
            raise Refused("LIKE with a class of characters, or with a computed pattern")
        return exp.ILike(this=node.this, expression=pattern)
    return node


def lengths(node):
    """LEN does not count trailing blanks."""
    if isinstance(node, exp.Length):
        return exp.Length(this=exp.Trim(this=node.this, position="TRAILING"))
    return node


DIALECT_GAPS = (plus_of_texts, conversions, types_of_the_server, applied_subqueries, collations, lengths)


def translated(sql):
    """The statement in DuckDB's dialect."""
    statements = [statement for statement in sqlglot.parse(sql, read="tsql") if statement is not None]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise Refused("something else than one SELECT")
    tree = statements[0]
    for gap in DIALECT_GAPS:
        # From the leaves up: a parent sees what its children have become.
        for node in reversed(list(tree.walk())):
            closed = gap(node)
            if closed is not node:
                node.replace(closed)
    return tree.sql(dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)


def bound(parameter):
    """A parameter as a Python value of its type."""
    value = parameter["value"]
    if value is None:
        return None
    kind = parameter["type"]
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "timestamp":
        return datetime.datetime.fromisoformat(value)
    if kind == "decimal":
        return decimal.Decimal(value)
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        return value == "true"
    return value


def quoted(name):
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def attach(connection, tables):
    """Every folder is a database, every folder below it a schema, every Parquet file a table."""
    for file in sorted(pathlib.Path(tables).glob("*/*/*.parquet")):
        schema_folder = file.parent
        database, schema = quoted(schema_folder.parent.name), quoted(schema_folder.name)
        table = quoted(urllib.parse.unquote(file.stem))
        connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {database}")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {database}.{schema}")
        path = str(file).replace("'", "''")
        connection.execute(f"CREATE VIEW {database}.{schema}.{table} AS SELECT * FROM read_parquet('{path}')")


def answer(connection, request, folder):
    """Executes one request into a file."""
    sql = translated(request["sql"])
    if request.get("show"):
        return {"sql": sql}
    if request.get("database"):
        known = connection.execute("SELECT count(*) FROM duckdb_schemas() WHERE lower(database_name) = lower($1) "
                                   "AND schema_name = 'dbo'", [request["database"]]).fetchone()[0]
        if known:
            connection.execute(f"USE {quoted(request['database'])}.dbo")
    used = {name.name for name in sqlglot.parse_one(request["sql"], read="tsql").find_all(exp.Parameter)}
    parameters = {name: bound(value) for name, value in request.get("parameters", {}).items() if name in used}
    reader = connection.sql(sql, params=parameters).to_arrow_reader(BATCH_ROWS)
    file = tempfile.NamedTemporaryFile(dir=folder, suffix=".arrows", delete=False)
    with file, pyarrow.ipc.new_stream(file, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    return {"file": file.name}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", required=True)
    arguments = parser.parse_args()
    connection = duckdb.connect()
    connection.execute("SET default_collation = 'NOCASE'")
    attach(connection, arguments.tables)
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            try:
                result = answer(connection, json.loads(line), folder)
            except (Refused, duckdb.Error, sqlglot.errors.SqlglotError, ValueError, decimal.InvalidOperation) as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
