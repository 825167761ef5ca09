"""Random pairs of tables that are alike in most rows, in every type that a comparison takes.

A column has one kind and for each side its own type; a value is kept as the integer, text or float that both types
hold, and what is changed on the right side is changed in the unit of that side's type, often by exactly as much as is
tolerated or by one unit more.
"""

import dataclasses
import datetime
import decimal
import random

import pyarrow as pa

DAY = 86_400_000_000_000
UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}

TEXTS = [
    "", "a", "A", " a", "a ", "é", "e\u0301", "É", "Straße", "日本語", "x" * 40, "0007", "7", "007a", "1.0", "1", "+1",
    "01.50", "1.5", "-0.0", "0", "NULL", "null", 'say "no"', "a,b", "line\nbreak", "tab\t", "\u00a0b", "🙂",
    "CMP-0001", "SI-2024-00001234",
]  # fmt: skip
STEPS = ["trim", "case", "leading_zeros", "number", "nfc", "trim+case", "trim+leading_zeros", "nfc+trim+case+number"]

# Name, digits before the mark, digits after it, lowest.
INTEGERS = {
    "int8": (2, 0, None), "int16": (4, 0, None), "int32": (9, 0, None), "int64": (18, 0, None),
    "uint8": (2, 0, 0), "uint16": (4, 0, 0), "uint32": (9, 0, 0), "uint64": (18, 0, 0),
}  # fmt: skip
DECIMALS = [(9, 2), (10, 2), (18, 2), (18, 0), (12, 4), (20, 6), (38, 3), (5, 5)]


@dataclasses.dataclass
class Column:
    """A pair of columns under one name."""

    name: str
    kind: str
    types: list
    steps: str = ""
    """Normalisation, as the command line has it."""
    absolute: str = ""
    relative: str = ""
    days: str = ""
    is_key: bool = False
    nulls: float = 0.0
    pool: list = dataclasses.field(default_factory=list)

    def scale(self, side):
        return scale_of(self.types[side])

    def unit(self, side):
        """What one of the last digit of a side is, in the unit in which values are kept."""
        if self.kind == "number":
            return 10 ** (max(self.scale(0), self.scale(1)) - self.scale(side))
        if pa.types.is_date(self.types[side]):
            return DAY
        return UNITS[self.types[side].unit] if self.kind in ("moment", "instant") else 1

    def common_unit(self):
        return max(self.unit(0), self.unit(1))


def scale_of(data_type):
    return data_type.scale if pa.types.is_decimal(data_type) else 0


def whole_digits(data_type):
    if pa.types.is_decimal(data_type):
        return data_type.precision - data_type.scale
    return INTEGERS[str(data_type)][0]


def number_type(rng):
    if rng.random() < 0.4:
        return getattr(pa, rng.choice(list(INTEGERS)))()
    return pa.decimal128(*rng.choice(DECIMALS))


def number_types(rng):
    """Two types that share some values."""
    while True:
        left, right = number_type(rng), number_type(rng)
        if rng.random() < 0.3:
            right = left
        if min(whole_digits(left), whole_digits(right)) > 0 or min(scale_of(left), scale_of(right)) > 0:
            return [left, right]


def two(rng, choices):
    return [rng.choice(choices), rng.choice(choices)]


def column(rng, name, kind, is_key):
    """A random column of a kind, with declarations about it."""
    made = Column(name, kind, [None, None], is_key=is_key)
    made.nulls = rng.choice([0, 0, 0.03]) if is_key else rng.choice([0, 0, 0.02, 0.3])
    if kind == "number":
        made.types = number_types(rng)
        if not is_key and rng.random() < 0.6:
            made.absolute = rng.choice(["0", "0.05", "1", "0.000001", "2.5"])
        if not is_key and rng.random() < 0.3:
            made.relative = rng.choice(["0.01", "0.5", "0.001", "0"]) + rng.choice(["", ":left", ":right", ":max"])
    elif kind == "text":
        made.types = two(rng, [pa.string(), pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
        made.steps = rng.choice(STEPS) if rng.random() < 0.3 else ""
    elif kind == "date":
        made.types = two(rng, [pa.date32(), pa.date32(), pa.date64()])
    elif kind == "moment":
        made.types = [pa.timestamp(unit) for unit in two(rng, ["s", "ms", "us", "us", "ns"])]
        if rng.random() < 0.25:
            made.steps = "date"
            made.types[rng.randrange(2)] = rng.choice([pa.date32(), made.types[0]])
    elif kind == "instant":
        made.types = [pa.timestamp(unit, rng.choice(["UTC", "Europe/Berlin"])) for unit in two(rng, ["ms", "us"])]
    elif kind == "float":
        made.types = two(rng, [pa.float64(), pa.float64(), pa.float32()])
    else:
        made.types = [{"boolean": pa.bool_(), "time": pa.time64("us"), "bytes": pa.binary()}[kind]] * 2
    if kind in ("date", "moment", "instant") and not is_key and rng.random() < 0.5:
        made.days = rng.choice(["0", "1", "3", "-1/+3", "-0/+2", "-2/+0"])
    made.pool = [value(rng, made) for _ in range(rng.choice([2, 5, 20]))] if rng.random() < 0.3 else []
    return made


def value(rng, made):
    """A value that both types hold."""
    if made.pool:
        return rng.choice(made.pool)
    if made.kind == "number":
        digits = min(whole_digits(made.types[0]), whole_digits(made.types[1]), 9)
        digits += max(made.scale(0), made.scale(1))
        bound = 10 ** rng.randint(max(0, digits - 4) if made.is_key else 0, digits)
        lowest = 0 if any(str(data_type).startswith("uint") for data_type in made.types) else -bound
        number = rng.randint(lowest + (lowest < 0), bound - 1)
        return number - number % made.common_unit()
    if made.kind == "text":
        is_short = rng.random() < (0.1 if made.is_key else 0.6)
        return rng.choice(TEXTS) if is_short else f"{rng.choice(TEXTS)}{rng.randint(0, 999)}"
    if made.kind in ("date", "moment", "instant"):
        if made.kind == "date" or any(pa.types.is_date(data_type) for data_type in made.types):
            return rng.randint(0, 20_000) * DAY
        instant = rng.randint(10_000 * DAY, 20_000 * DAY) if rng.random() < 0.7 else rng.randint(15_000, 15_010) * DAY
        return instant - instant % made.common_unit()
    if made.kind == "float":
        exact = [0.0, -0.0, 1.5, -2.25, 0.5, float("inf"), float("-inf"), float("nan"), 1e10]
        return rng.choice(exact) if rng.random() < 0.5 else float(rng.randint(-1000, 1000)) / 8
    if made.kind == "boolean":
        return rng.random() < 0.5
    if made.kind == "time":
        return rng.randint(0, DAY // 1000 - 1)
    return bytes(rng.randrange(256) for _ in range(rng.randint(0, 6)))


def changed(rng, made, old):
    """Another value for the right side, if possible near the old one."""
    if old is None or rng.random() < 0.1:
        return None if old is not None and rng.random() < 0.3 else value(rng, made)
    right = made.types[1]
    if made.kind == "number":
        unit, scale = made.unit(1), max(made.scale(0), made.scale(1))
        steps = [1, 5, 10, 1000]
        if made.absolute:
            tolerated = int(decimal.Decimal(made.absolute).scaleb(scale))
            steps += [max(1, tolerated // unit), tolerated // unit + 1]
        if made.relative:
            tolerated = int(abs(old) * decimal.Decimal(made.relative.split(":")[0]))
            steps += [max(1, tolerated // unit), tolerated // unit + 1]
        new = old + rng.choice([-1, 1]) * rng.choice(steps) * unit
        bound = 10 ** (whole_digits(right) + scale)
        is_held = -bound < new < bound and (new >= 0 or not str(right).startswith("uint"))
        return new if is_held else old
    if made.kind in ("date", "moment", "instant"):
        unit = DAY if pa.types.is_date(right) else made.unit(1)
        days = rng.choice([-3, -2, -1, 0, 1, 2, 3, 4]) * DAY
        return old + days + rng.choice([0, 0, 1, -1]) * unit
    if made.kind == "text" and made.steps and rng.random() < 0.6:
        return rng.choice([old.upper() if old.isascii() else old, f" {old}", f"{old} ", f"00{old}"])
    return value(rng, made)


def array(made, side, values):
    """Values as a column of a side."""
    data_type = made.types[side]
    if made.kind == "number":
        scale = max(made.scale(0), made.scale(1))
        exact = [None if number is None else decimal.Decimal(number).scaleb(-scale, CONTEXT) for number in values]
        if pa.types.is_decimal(data_type):
            return pa.array(exact, data_type)
        return pa.array([None if number is None else int(number) for number in exact], data_type)
    if made.kind in ("date", "moment", "instant"):
        if pa.types.is_date(data_type):
            days = pa.array([None if moment is None else moment // DAY for moment in values], pa.int32())
            return days.cast(pa.date32()).cast(data_type)
        unit = UNITS[data_type.unit]
        return pa.array([None if moment is None else moment // unit for moment in values], pa.int64()).cast(data_type)
    if made.kind == "time":
        return pa.array(values, pa.int64()).cast(data_type)
    return pa.array(values, data_type)


CONTEXT = decimal.Context(prec=80)


def text_of(made, cell):
    """A value as it stands in a text file."""
    if cell is None:
        return ""
    if made.kind == "number":
        return str(decimal.Decimal(cell).scaleb(-max(made.scale(0), made.scale(1)), CONTEXT))
    if made.kind in ("date", "moment"):
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=cell // 1000)
        return moment.date().isoformat() if made.kind == "date" else moment.isoformat(sep=" ")
    return str(cell).lower() if made.kind == "boolean" else str(cell)


def plain_column(rng, name, kind, is_key):
    """A column that a text file can hold as well, declared by `--type`."""
    while True:
        made = column(rng, name, kind, is_key)
        if kind == "number":
            made.types = [rng.choice([pa.int64(), pa.decimal128(18, 2)])] * 2
        elif kind == "text":
            made.types, made.steps = [pa.string()] * 2, ""
        elif kind == "date":
            made.types = [pa.date32()] * 2
        elif kind == "moment":
            made.types, made.steps = [pa.timestamp("us")] * 2, ""
        made.pool = []
        return made


KINDS = ["number", "number", "text", "text", "date", "moment", "instant", "boolean", "float", "time", "bytes"]
PLAIN_KINDS = ["number", "number", "text", "text", "date", "moment", "boolean"]


def columns(rng, is_plain):
    """The key columns and the compared columns of a case."""
    make, kinds = (plain_column, PLAIN_KINDS) if is_plain else (column, KINDS)
    key = [make(rng, f"key {at}", rng.choice(kinds), True) for at in range(rng.choice([1, 1, 2, 3]))]
    if all(made.kind == "boolean" or made.pool for made in key):
        # Two values or twenty make no key.
        key[0] = make(rng, "key 0", rng.choice(["number", "text", "moment"]), True)
        key[0].pool = []
    values = [make(rng, f"value_{at}", rng.choice(kinds), False) for at in range(rng.choice([0, 1, 2, 3, 6]))]
    return key, values


def rows(rng, key, values, count):
    """Rows of both sides, shuffled: the right side is the left with rows changed, dropped, doubled and added."""
    both = key + values

    def row():
        return [None if rng.random() < made.nulls else value(rng, made) for made in both]

    left, right = [], []
    noise = rng.choice([0.02, 0.2, 0.6])
    for _ in range(count):
        one = row()
        left.append(one)
        twin = list(one)
        if rng.random() < noise:
            at = rng.randrange(len(both)) if rng.random() < 0.2 or not values else rng.randrange(len(key), len(both))
            twin[at] = changed(rng, both[at], twin[at])
        if rng.random() > noise / 10:
            right.append(twin)
        if rng.random() < noise / 20:
            left.append(list(one)) if rng.random() < 0.5 else right.append(list(twin))
        if rng.random() < noise / 20:
            right.append(row())
    rng.shuffle(right)
    return left, right


def case(seed):
    """Key, values, and rows of both sides; all of it follows from the seed."""
    rng = random.Random(seed)
    is_plain = rng.random() < 0.3
    key, values = columns(rng, is_plain)
    count = rng.choice([0, 1, 30, 30, 300, 300, 300, 300, 300, 2000, 2000, 30_000])
    left, right = rows(rng, key, values, count)
    if is_plain:
        left, right = [[without_edges(row) for row in rows] for rows in (left, right)]
    return rng, is_plain, key, values, left, right


def without_edges(row):
    """In a text file an empty cell is null, and spaces around a cell are no part of it."""
    return [(cell.strip() or None) if isinstance(cell, str) else cell for cell in row]
