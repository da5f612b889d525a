"""architect.py DOORBELL SOURCE NODE: an architect who must size a machine of two drives by tonight.

What matters of six parameters that are in doubt? A sample must rank them as a full grid does, and say of the others that
they don't. How many entries must the SMMU's micro TLB have, so that more bring nothing? Then all is built as small as
that at once, and must be as good as the large one. No recording is needed for any of it."""

import re
import sqlite3
import sys
import tempfile
from pathlib import Path

from task import expect, run

# Each with the ends of its range for the sample, and two places for the grid that halve the range evenly.
AXES = {
    "smmu.tcu.sync_command": ("{from: 0, to: 160}", "[40, 120]"),
    "endpoints.*.link.latency": ("{from: 0ns, to: 400ns}", "[100ns, 300ns]"),
    "fabric.request_latency": ("{from: 0, to: 60}", "[15, 45]"),
    "gic.its.pipeline_cycles": ("{from: 1, to: 96}", "[24, 72]"),
    "smmu.tlb.entries": ("{from: 16, to: 4096, scale: log2}", "[64, 1024]"),
    "smmu.event_queue_log2": ("{from: 4, to: 12}", "[6, 10]"),
}
METRIC = "latency.end_to_end.mean"
RATE = "totals.msi_rate"
LANES = [1, 2, 4, 8, 16]
NOTICEABLE = 0.02  # of the variance: what a grid shows above it a sample of 64 points must tell from noise

MACHINE = "endpoints: [{}, {}]\nroot_complex: {ports: [{device: 1}, {device: 2}]}\nprocessors: 4\n"
WORKLOAD = "kind: nvme\nnvme: {drives: 2, queues: 2, queue_depth: 8, commands: 60, range: 1MiB}\n"


class Architect:
    """At work in a folder."""

    def __init__(self, doorbell, source, node, folder):
        self.doorbell, self.source, self.node, self.folder = doorbell, source, node, folder
        (folder / "machine.yaml").write_text(MACHINE)
        (folder / "workload.yaml").write_text(WORKLOAD)

    def sweep(self, name, axes, more=""):
        """Writes a plan and runs it."""
        lines = "".join(f"  {axis}: {places}\n" for axis, places in axes.items())
        (self.folder / f"{name}.yaml").write_text(
            f"platform: {self.source}/platforms/virt.yaml\nwith: [machine.yaml]\nworkloads: [workload.yaml]\n"
            f"axes:\n{lines}{more}")
        run(self.doorbell, "sweep", f"{name}.yaml", "-o", name, folder=self.folder)

    def ranking(self, name):
        """[(axis, effect or None where it isn't told from noise)], as the page of the sweep ranks them."""
        run(self.doorbell, "report", name, "-o", f"{name}.html", folder=self.folder)
        text = run(self.node, self.source / "docs/explore/ranking.mjs", self.folder / f"{name}.html", METRIC)
        rows = re.findall(r"^  (\S+) +(?:([\d.]+) %|(not told))", text, re.MULTILINE)
        return [(axis, float(effect) / 100 if effect else None) for axis, effect, _ in rows]

    def what_matters(self):
        """A sample must say what the grid says."""
        self.sweep("sample", {axis: places for axis, (places, _) in AXES.items()},
                   "sample: {method: latin_hypercube, count: 64, seed: 1}\n")
        self.sweep("grid", {axis: places for axis, (_, places) in AXES.items()})
        estimated, exact = self.ranking("sample"), self.ranking("grid")
        expect(len(exact) == len(estimated) == len(AXES), "each axis has a rank", exact, estimated)
        matter = [axis for axis, effect in exact if effect > NOTICEABLE]
        told = [axis for axis, effect in estimated if effect is not None and effect > NOTICEABLE]
        expect(len(matter) >= 3 and told == matter, "the sample ranks as the grid does", estimated, exact)

    def fewest_lanes(self):
        """The fewest with which the drives are as fast as with most, within five per cent."""
        self.sweep("lanes", {"endpoints.*.link.lanes": LANES})
        with sqlite3.connect(self.folder / "lanes/sweep.sqlite") as database:
            rates = dict(database.execute("SELECT CAST(text AS INTEGER), value FROM coordinates JOIN metrics "
                                          "USING (point) WHERE name = ? ORDER BY number", (RATE,)))
        expect(list(rates) == LANES, "every width has a rate", rates)
        enough = next(lanes for lanes, rate in rates.items() if rate >= 0.95 * rates[LANES[-1]])
        expect(LANES[0] < enough < LANES[-1] and rates[LANES[0]] < 0.8 * rates[LANES[-1]],
               "the rate rises with the lanes, and ceases to", rates)
        return enough

    def confirm(self, enough):
        """The machine with so many against the one with most, and that against the one with fewest."""
        for lanes in {LANES[0], enough, LANES[-1]}:
            run(self.doorbell, "run", self.source / "platforms/virt.yaml", "--with", "machine.yaml", "--workload",
                "workload.yaml", "--set", f"endpoints.*.link.lanes={lanes}", "--stats", f"{lanes}.json.gz",
                folder=self.folder)
        (self.folder / "rules.yaml").write_text(f"- {{metric: '**', report_only: true}}\n"
                                                f"- {{metric: {RATE}, relative: 5%}}\n")
        for lanes, status in ((enough, 0), (LANES[0], 1)):
            run(self.doorbell, "compare", f"{LANES[-1]}.json.gz", f"{lanes}.json.gz", "--tolerance", "rules.yaml",
                folder=self.folder, status=status)


def main():
    doorbell, source, node = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        architect = Architect(doorbell, Path(source), node, Path(folder))
        architect.what_matters()
        architect.confirm(architect.fewest_lanes())


if __name__ == "__main__":
    main()
