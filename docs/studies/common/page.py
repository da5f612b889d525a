"""Tables of a study's page, each between its marks: <!-- table NAME --> and <!-- end -->."""
import itertools
import re
import subprocess
from pathlib import Path

from sweep import Sweep


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def percent(share, digits=0):
    return f"{100 * share:.{digits}f} %"


def nanoseconds(picoseconds):
    return f"{picoseconds / 1000:.0f} ns"


def millions(rate, digits=1):
    return f"{rate / 1e6:.{digits}f}"


class Sweeps:
    """The sweeps of a study, each opened once; and what `doorbell explain` says of their points."""

    def __init__(self, results, doorbell):
        self.results, self.doorbell, self.opened = results, doorbell, {}

    def __call__(self, name):
        if name not in self.opened:
            self.opened[name] = Sweep(self.results, name)
        return self.opened[name]

    def bound(self, name, **where):
        """What bounds a point, as `doorbell explain` names it, in code marks where it is a server."""
        sweep = self(name)
        said = subprocess.run([self.doorbell, "explain", sweep.folder, "--point", str(sweep.number(**where))],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        found = re.search(r"What bounds the rate\n  ((?:.+\n)+)\n", said)
        if not found:
            raise SystemExit(f"{name}: doorbell explain doesn't say what bounds the rate")
        text = " ".join(found[1].split())
        if text.startswith("no server"):
            busiest = re.search(r"the busiest, virt\.(\S+), is busy (\S+ %)", text)
            return f"no server (`{busiest[1]}` {busiest[2]})"
        server = re.match(r"virt\.(\S+), busy (\S+ %)", text)
        return f"`{server[1]}` {server[2]}"


def plans(study, sweeps):
    """Each plan with the comment that it begins with."""
    rows = []
    for plan in sorted((Path(study) / "plans").glob("*.yaml")):
        lines = itertools.takewhile(lambda line: line.startswith("#"), plan.read_text(encoding="utf-8").splitlines())
        about = " ".join(line[1:].strip() for line in lines)
        rows.append([f"[{plan.stem}](plans/{plan.name})", str(len(sweeps(plan.stem).points)), about])
    return table(["plan", "points", "what"], rows)


def write(page, tables):
    """Writes the text of each of the tables, {name: text}, in its place on the page."""
    page = Path(page)
    text = page.read_text(encoding="utf-8")
    for name, made in tables.items():
        mark = re.compile(f"(<!-- table {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not mark.search(text):
            raise SystemExit(f"{page}: no place for table {name}")
        text = mark.sub(lambda found, made=made: found[1] + "\n" + made + "\n\n" + found[2], text)
    page.write_text(text, encoding="utf-8")
