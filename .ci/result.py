"""Reads what the program printed, for .ci/e2e: a number with a decimal point is refused, for amounts are strings.

    result.py parses FILE             FILE is one JSON document
    result.py field FILE KEY          prints a member
    result.py holds FILE JSON         every member of JSON stands in FILE; list items are found by name, id or column
    result.py same FILE FILE          both runs found the same; only the run and where its files lie may differ
    result.py flip FILE               turns round one bit of the byte in the middle of FILE
"""

import json
import sys

NAMES = ("name", "id", "column")
OF_THE_RUN = ("run", "tables", "package", "report")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_float=refuse)


def refuse(text):
    sys.exit(f"FAILED  the number {text} has a decimal point: an amount must be a string")


def name_of(item):
    return next((item[name] for name in NAMES if name in item), None) if isinstance(item, dict) else None


def differences(wanted, found, place):
    """Every place at which `found` does not hold what is wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [line for key in wanted for line in differences(wanted[key], found.get(key), f"{place}.{key}")]
    if isinstance(wanted, list) and isinstance(found, list):
        by_name = {name_of(item): item for item in reversed(found)}
        return [
            line
            for item in wanted
            for line in differences(item, by_name.get(name_of(item)), f"{place}[{name_of(item)}]")
        ]
    return [] if wanted == found and type(wanted) is type(found) else [f"{place}: {found!r}, not {wanted!r}"]


def report(lines):
    if lines:
        sys.exit("\n".join(f"FAILED  {line}" for line in lines))


def main(verb, path, *rest):
    if verb == "flip":
        with open(path, "r+b") as file:
            middle = file.seek(0, 2) // 2
            file.seek(middle)
            byte = file.read(1)[0]
            file.seek(middle)
            file.write(bytes([byte ^ 1]))
        return
    document = read(path)
    if verb == "field":
        print(document[rest[0]])
    elif verb == "holds":
        report(differences(json.loads(rest[0]), document, "result"))
    elif verb == "same":
        other = read(rest[0])
        kept = [key for key in {**document, **other} if key not in OF_THE_RUN]
        report([f"{key} differs between the two runs" for key in kept if document.get(key) != other.get(key)])
    elif verb != "parses":
        sys.exit(__doc__)


main(*sys.argv[1:])
