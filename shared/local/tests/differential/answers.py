"""The answer that a comparison must give, worked out by SQL in DuckDB from the same Parquet files.

Values are brought to a form in which equal means equal: numbers of a pair of columns to integers in the finer unit,
moments to nanoseconds, text through its declared steps. What the program wrote is read through the same forms.
"""

import json

import duckdb


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def scaled(text):
    """A decimal text as an integer and the number of its decimals."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction), len(fraction)


def form(made, cell, given_type=""):
    """SQL for a cell in the form of its column; `given_type` is what it has in the program's answer."""
    if made.kind == "number":
        scale = max(made.scale(0), made.scale(1))
        return f"cast(replace(cast(cast({cell} as decimal(38, {scale})) as varchar), '.', '') as hugeint)"
    if made.kind == "date" or made.steps == "date":
        return f"cast({cell} as date)"
    if made.kind in ("moment", "instant"):
        moment = f"cast({cell} as timestamp_ns)" if given_type == "VARCHAR" else cell
        return f"epoch_us({moment}) * 1000" if made.kind == "instant" else f"epoch_ns({moment})"
    if made.kind == "float":
        return f"case when {cell} = 0 then 0.0::double else cast({cell} as double) end"
    if made.kind == "text":
        return normalised(f"cast({cell} as varchar)", made.steps)
    return cell


def shown(made, cell, side, given_type=""):
    """SQL for a cell as it stands in the exceptions: what is compared by its day is shown as it was."""
    if made.kind == "text":
        return f"cast({cell} as varchar)"
    if made.steps == "date":
        return f"cast({cell} as timestamp_ns)" if str(made.types[side]).startswith("timestamp") else cell
    return form(made, cell, given_type)


def normalised(cell, steps):
    chosen = steps.split("+") if steps else []
    if "nfc" in chosen:
        cell = f"nfc_normalize({cell})"
    if "trim" in chosen:
        cell = rf"regexp_replace({cell}, '^[\s\u00a0]+|[\s\u00a0]+$', '', 'g')".replace(r"\u00a0", "\u00a0")
    if "case" in chosen:
        cell = f"nfc_normalize(replace(lower(replace({cell}, 'ß', 'ss')), 'ẞ', 'ss'))"
    if "leading_zeros" in chosen:
        cell = rf"regexp_replace({cell}, '^0+([\pL\pN])', '\1')"
    if "number" in chosen:
        digits = rf"regexp_replace(regexp_extract({cell}, '^[+-]?(\d*)', 1), '^0+', '')"
        fraction = rf"rtrim(regexp_extract({cell}, '\.(\d*)$', 1), '0')"
        number = (
            f"if(starts_with({cell}, '-') and ({digits} <> '' or {fraction} <> ''), '-', '') || "
            f"if({digits} = '', '0', {digits}) || if({fraction} = '', '', '.' || {fraction})"
        )
        cell = rf"case when regexp_full_match({cell}, '[+-]?(\d+\.?\d*|\.\d+)') then {number} else {cell} end"
    return cell


def is_tolerated(made, left, right):
    """SQL that is true where two forms differ by no more than is tolerated."""
    limits, apart = [], f"abs({right} - {left})"
    if made.absolute:
        limit, decimals = scaled(made.absolute)
        scale = max(made.scale(0), made.scale(1))
        limits.append(f"{apart} * {10 ** max(0, decimals - scale)} <= {limit * 10 ** max(0, scale - decimals)}")
    if made.relative:
        fraction, _, base = made.relative.partition(":")
        limit, decimals = scaled(fraction)
        of = {"left": f"abs({left})", "max": f"greatest(abs({left}), abs({right}))"}.get(base, f"abs({right})")
        limits.append(f"{apart} * {10 ** decimals} <= {limit} * {of}")
    if made.days:
        before, _, after = made.days.partition("/") if "/" in made.days else (made.days, "", made.days)
        before, after = int(before.lstrip("-")), int(after.lstrip("+"))
        day = 1 if made.kind == "date" or made.steps == "date" else 86_400_000_000_000
        limits.append(f"({right} - {left}) between {-before * day} and {after * day}")
    return f"coalesce({' or '.join(limits)}, false)" if limits else "false"


class Answer:
    """The tables of a case in DuckDB, and the answer to it.

    A side has the columns k0.. of the key and v0.. of the values in their forms, and s0.. as they are shown.
    """

    def __init__(self, key, values, left, right):
        self.key, self.values = key, values
        self.keys = ", ".join(f"k{at}" for at in range(len(key)))
        self.connection = duckdb.connect()
        self.run("set threads = 2; set timezone = 'UTC'")
        for side, path in enumerate([left, right]):
            self.load(side, path)
        self.classify()

    def run(self, sql):
        return self.connection.execute(sql)

    def rows(self, sql):
        return self.run(sql).fetchall()

    def count(self, table):
        return self.rows(f"select count(*) from {table}")[0][0]

    def load(self, side, path):
        cells = [f"{form(made, quoted(made.name))} as k{at}" for at, made in enumerate(self.key)]
        for at, made in enumerate(self.values):
            cells.append(f"{form(made, quoted(made.name))} as v{at}")
            cells.append(f"{shown(made, quoted(made.name), side)} as s{at}")
        self.run(f"create table all_{'lr'[side]} as select {', '.join(cells)} from read_parquet('{path}')")

    def classify(self):
        """Sorts the rows of each side into those with a null key, those of a key that is there twice, and the rest."""
        is_null = " or ".join(f"k{at} is null" for at in range(len(self.key)))
        for side in "lr":
            self.run(f"create table null_{side} as from all_{side} where {is_null}")
            self.run(f"create table full_{side} as from all_{side} where not ({is_null})")
        twice = [f"select {self.keys} from full_{side} group by all having count(*) > 1" for side in "lr"]
        self.run(f"create table twice as {' union '.join(twice)}")
        for side in "lr":
            self.run(f"create table many_{side} as from full_{side} semi join twice using ({self.keys})")
            self.run(f"create table once_{side} as from full_{side} anti join twice using ({self.keys})")
        for side, other in ("lr", "rl"):
            self.run(f"create table only_{side} as from once_{side} anti join once_{other} using ({self.keys})")
        self.pair()

    def pair(self):
        cells, differ, beyond, names = [], ["false"], ["false"], ["null"]
        for at, made in enumerate(self.values):
            left, right = f"l.v{at}", f"r.v{at}"
            differs = f"{left} is distinct from {right}"
            is_beyond = f"({differs} and not {is_tolerated(made, left, right)})"
            differ.append(differs)
            beyond.append(is_beyond)
            names.append(f"case when {differs} then '{made.name}' end")
            cells += [f"l.s{at} as ls{at}, r.s{at} as rs{at}, {left} as lv{at}, {right} as rv{at}"]
            cells += [f"{differs} as differs{at}, {is_beyond} as beyond{at}"]
        judged = f"""case when {" or ".join(beyond)} then 'mismatch'
                          when {" or ".join(differ)} then 'within_tolerance' else 'matched' end as class"""
        keys = [f"l.k{at}" for at in range(len(self.key))]
        on = " and ".join(f"l.k{at} = r.k{at}" for at in range(len(self.key)))
        self.run(f"""create table pairs as
            select {", ".join([judged, *keys, *cells])}, concat_ws(',', {", ".join(names)}) as diff_columns
            from once_l l join once_r r on {on}""")

    def expected_exceptions(self):
        """SQL for the rows that exceptions.parquet must hold."""
        places = range(len(self.values))
        parts = [", ".join(["select class", self.keys, *(f"ls{at}, rs{at}" for at in places), "diff_columns"])
                 + " from pairs where class <> 'matched'"]  # fmt: skip
        for name, table in (("null_key", "null"), ("duplicate_key", "many"), ("only", "only")):
            for side in "lr":
                label = {"l": "only_left", "r": "only_right"}[side] if name == "only" else name
                cells = [f"s{at}, null" if side == "l" else f"null, s{at}" for at in places]
                parts.append(", ".join([f"select '{label}'", self.keys, *cells, "''"]) + f" from {table}_{side}")
        return " union all ".join(parts)

    def given_exceptions(self, path):
        """SQL for the rows that the program wrote, in the same forms."""
        types = {row[0]: row[1] for row in self.rows(f"describe from read_parquet('{path}')")}
        cells = ["class", *(form(made, quoted(made.name), types[made.name]) for made in self.key)]
        for made in self.values:
            cells += [shown(made, quoted(f"{side}_{made.name}"), at) for at, side in enumerate(["left", "right"])]
        return f"select {', '.join(cells)}, diff_columns from read_parquet('{path}')"

    def wrong_exceptions(self, path):
        """Rows that are missing in the program's file, or that should not be there."""
        expected, given = self.expected_exceptions(), self.given_exceptions(path)
        problems = []
        for what, first, second in (("missing", expected, given), ("unexpected", given, expected)):
            rows = self.rows(f"({first}) except all ({second})")
            problems += [f"{what} exception: {row}" for row in rows[:3]]
        return problems

    def expected_summary(self, sum_of, by, what_if):
        """The members of summary.json that follow, decimals as integers in the finer unit of their column."""
        classes = dict(self.rows("select class, count(*) from pairs group by 1"))
        beyond = {made.name: self.count(f"pairs where class = 'mismatch' and beyond{at}")
                  for at, made in enumerate(self.values)}  # fmt: skip
        expected = {name: classes.get(name, 0) for name in ("matched", "within_tolerance", "mismatch")}
        expected |= {
            "mismatch_by_column": {name: keys for name, keys in beyond.items() if keys},
            "rows_left": self.count("all_l"), "rows_right": self.count("all_r"),
            "only_left": self.count("only_l"), "only_right": self.count("only_r"),
            "duplicate_keys": self.count("twice"),
            "duplicate_rows_left": self.count("many_l"), "duplicate_rows_right": self.count("many_r"),
            "null_key_rows_left": self.count("null_l"), "null_key_rows_right": self.count("null_r"),
        }  # fmt: skip
        others = [expected[name] for name in ("mismatch", "only_left", "only_right", "duplicate_keys")]
        expected["equal"] = not any(others + [expected["null_key_rows_left"], expected["null_key_rows_right"]])
        expected["absorbed"] = [list(row) for at in range(len(self.values)) for row in self.absorbed(at)]
        if sum_of is not None:
            expected["amount_diff"] = self.differences(sum_of, by)
        expected["what_if"] = [self.tried(at, tolerance) for at, tolerances in what_if for tolerance in tolerances]
        return expected

    def absorbed(self, at):
        """Column, keys and total of what tolerance absorbed; of moments the days begun."""
        made = self.values[at]
        if not (made.absolute or made.relative or made.days):
            return []
        apart = f"abs(rv{at} - lv{at})"
        if made.days and made.kind != "date" and made.steps != "date":
            apart = f"(({apart} + 86399999999999) // 86400000000000)"
        return self.rows(f"""select '{made.name}', count(*), cast(sum({apart}) as hugeint) from pairs
            where class = 'within_tolerance' and differs{at} having count(*) > 0""")

    def differences(self, at, by):
        """Sums of right minus left, each side's amount under that side's own values of the columns of `by`."""
        def under(side):
            cells = [f"k{place}" if is_key else f"{side}v{place}" for is_key, place in by]
            return "".join(f"cast({cell} as varchar), " for cell in cells)

        rows = self.rows(f"""select columns(* exclude amount), cast(sum(amount) as hugeint) as amount from (
            select {under("l")} -lv{at} as amount from pairs where class <> 'matched' and lv{at} is not null union all
            select {under("r")} rv{at} from pairs where class <> 'matched' and rv{at} is not null)
            group by all having sum(amount) <> 0""")
        return sorted((list(row) for row in rows), key=repr)

    def tried(self, at, tolerance):
        """Column, tolerance, keys and amount that this tolerance in place of the declared one would leave."""
        made = self.values[at]
        limit, decimals = scaled(tolerance)
        scale = max(made.scale(0), made.scale(1))
        over = f"{10 ** max(0, decimals - scale)} * abs(rv{at} - lv{at}) > {limit * 10 ** max(0, scale - decimals)}"
        left = self.rows(f"""select count(*), cast(coalesce(sum(abs(rv{at} - lv{at})), 0) as hugeint) from pairs
            where differs{at} and coalesce({over}, true)""")
        return [made.name, tolerance, *left[0]]

    def wrong_summary(self, path, expected, sum_of):
        """Members of the program's summary that are not as expected."""
        given = json.loads(path.read_text(encoding="utf-8"))
        scales = {made.name: max(made.scale(0), made.scale(1)) for made in self.values}

        def units(text, name):
            number, decimals = scaled(text)
            return number * 10 ** (scales[name] - decimals)

        if "amount_diff" in expected:
            rows = [[*row[:-1], units(row[-1], self.values[sum_of].name)] for row in given.get("amount_diff", [])]
            given["amount_diff"] = sorted(rows, key=repr)
        def left(one):
            amount = sum(units(sum_["amount"], one["column"]) for sum_ in one["amounts"])
            return [one["column"], one["tolerance"], one["keys"], amount]

        given["what_if"] = [left(one) for one in given["what_if"]]
        absorbed = [(one["column"], one["keys"], one["total"]) for one in given["absorbed"]]
        given["absorbed"] = [[name, keys, units(total, name)] for name, keys, total in absorbed]
        return [f"summary {name}: {given.get(name)!r}, not {value!r}" for name, value in expected.items()
                if given.get(name) != value]  # fmt: skip
