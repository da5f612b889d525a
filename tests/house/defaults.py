"""defaults.py DOORBELL PAGE [--write]: holds the tables of defaults in a page against what `doorbell params` says.

A table stands between `<!-- defaults of PREFIX... -->` and `<!-- end of defaults -->`; PREFIX is the start of a
parameter's path. Each parameter is in exactly one table; of endpoints and ports, the first. --write makes the tables.
"""

import difflib
import json
import re
import subprocess
import sys
from pathlib import Path

BEGIN = re.compile(r"^<!-- defaults of (.+) -->$")
END = "<!-- end of defaults -->"
LONGEST_ROW = 120
# Units of values that are a name or say all themselves.
UNNAMED_UNITS = {"", "ID", "address", "bus", "device", "segment", "generation"}


def header(prefixes):
    """The head of a table, and what its names leave out."""
    if len(prefixes) == 1 and prefixes[0].endswith("."):
        return [f"| parameter of `{prefixes[0][:-1]}` | default | source |", "|---|---|---|"]
    return ["| parameter | default | source |", "|---|---|---|"]


def shown_path(path, prefixes):
    if len(prefixes) == 1 and prefixes[0].endswith("."):
        path = re.sub(r"^0\.", "", path.removeprefix(prefixes[0]))
    return re.sub(r"\.0\.", ".<n>.", path)


def in_hexadecimal(number):
    digits = f"{number:04x}"
    groups = [digits[max(0, end - 4):end] for end in range(len(digits), 0, -4)][::-1]
    return "0x" + "_".join(groups)


def shown_value(parameter):
    """The default with its unit, as a reader would write it."""
    value, unit = parameter["default"], parameter["unit"]
    if match := re.fullmatch(r"(\d+)([A-Za-z]+)", value):
        return f"{match.group(1)} {match.group(2)}"
    if not value.isdigit():
        return f"`{value}`" if re.fullmatch(r"[a-z_]+", value) else value
    number = int(value)
    if unit == "bytes":
        for size, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
            if number and number % size == 0:
                return f"{number // size} {name}"
    if unit in ("ID", "address") and number > 9:
        return in_hexadecimal(number)
    if unit.startswith("log2 "):
        return f"2^{value} {unit.removeprefix('log2 ')}"
    if unit in UNNAMED_UNITS:
        return value
    if number == 1:
        unit = {"entries": "entry", "buses": "bus", "accesses": "access", "copies": "copy"}.get(unit, unit.removesuffix("s"))
    return f"{value} {unit}"


def row(parameters, prefixes):
    """One row for parameters of one group that have the same source."""
    names = ", ".join(f"`{shown_path(one['path'], prefixes) if i == 0 else one['path'].rpartition('.')[2]}`"
                      for i, one in enumerate(parameters))
    values = ", ".join(shown_value(one) for one in parameters)
    source = parameters[0]["source"].replace("docs/timing.md", "this page").replace("|", "\\|")
    return f"| {names} | {values} | {source} |"


def rows(parameters, prefixes):
    """The rows of a table: parameters of one group that have one source share a row while it is short enough."""
    shared, latest = [], {}
    for one in parameters:
        key = one["path"].rpartition(".")[0], one["source"]
        if key in latest and len(row(latest[key] + [one], prefixes)) <= LONGEST_ROW:
            latest[key].append(one)
        else:
            latest[key] = [one]
            shared.append(latest[key])
    return [row(some, prefixes) for some in shared]


def is_repeated(path):
    """Whether it is of an endpoint or a port after the first."""
    return re.search(r"\.[1-9]\d*\.", path) is not None


def with_tables(lines, parameters):
    """The page's lines with its tables made anew, and the paths that are in no table or in several."""
    wanted = [one for one in parameters if not is_repeated(one["path"])]
    times = {one["path"]: 0 for one in wanted}
    made, inside = [], False
    for line in lines:
        if match := BEGIN.match(line):
            inside = True
            prefixes = tuple(match.group(1).split())
            some = [one for one in wanted if one["path"].startswith(prefixes)]
            for one in some:
                times[one["path"]] += 1
            made += [line, "", *header(prefixes), *rows(some, prefixes), ""]
        if line == END:
            inside = False
        if not inside:
            made.append(line)
    return made, [path for path, count in times.items() if count != 1]


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--write"]):
        sys.exit(__doc__)
    doorbell, page = sys.argv[1], Path(sys.argv[2])
    listed = subprocess.run([doorbell, "params", "--json"], check=True, capture_output=True, text=True).stdout
    lines = page.read_text(encoding="utf-8").split("\n")
    made, astray = with_tables(lines, json.loads(listed))
    if astray:
        sys.exit(f"{page}: in no table of defaults, or in several: {', '.join(astray)}")
    if sys.argv[3:]:
        page.write_text("\n".join(made), encoding="utf-8")
    elif made != lines:
        print("\n".join(difflib.unified_diff(lines, made, str(page), "doorbell params", lineterm="")))
        sys.exit(f"{page} has other defaults than `doorbell params`: {sys.argv[0]} ... --write makes its tables anew")
    else:
        print(f"{page} has the defaults of `doorbell params`")


if __name__ == "__main__":
    main()
