"""sweep_bench.py DOORBELL [--workloads]: what a sweep costs beside its simulations, and a workload without a recording.

Points a second on a trivial workload; the share of wall time that isn't simulation with points of about a second;
how much faster two jobs are than one; and points a second of a recording and of its description, which makes the same
work while it runs (alone with --workloads, in processor time). Run it on a quiet machine with two cores or more."""

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PLATFORM = SOURCE / "platforms/virt.yaml"
RECORDING = SOURCE / "traces/workloads/nvme_seqwrite.trace.gz"
LARGE = SOURCE / "traces/workloads/nvme_rand.trace.gz"
DESCRIBED = SOURCE / "traces/workloads/nvme_rand.yaml"
COPIES = 4  # of it, for a point of about a second
ROUNDS = 5


def first_records(count):
    """A workload of the recording's first records."""
    header, records = gzip.open(RECORDING, "rt").read().split("\nbegin\n")
    return header + "\nbegin\n" + "\n".join(records.split("\n")[:count]) + f"\nend {count}\n"


def timed(*command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


class Bench:
    """Points differ in a seed alone, so that each takes the same time."""

    def __init__(self, doorbell, folder):
        self.doorbell, self.folder, self.sweeps = doorbell, folder, 0

    def sweep(self, workload, points, jobs, more=""):
        """Wall time of a sweep."""
        self.sweeps += 1
        plan = self.folder / f"plan{self.sweeps}.yaml"
        plan.write_text(f"platform: {PLATFORM}\nworkloads: [{workload}]\n{more}"
                        f"repeat: {{count: {points}, seeds: [smmu.tlb.seed]}}\n")
        return timed(self.doorbell, "sweep", plan, "-o", self.folder / f"results{self.sweeps}", "-j", str(jobs))

    def by_hand(self, workload, points, *more):
        """Wall time of the same runs one after the other, with the statistics that a sweep asks for."""
        return sum(timed(self.doorbell, "run", PLATFORM, "--workload", workload, *more, "--set", f"smmu.tlb.seed={seed}",
                         "--stats", self.folder / "stats.json.gz") for seed in range(1, points + 1))


def median_and_range(values, form):
    return f"{statistics.median(values):{form}} (of {len(values)} rounds, {min(values):{form}} to {max(values):{form}})"


def compare_workloads(bench):
    """Points a second of processor time, in turn, so that what else the machine does meets both."""
    points = 5

    def rate(workload):
        before = os.times()
        bench.sweep(workload, points, 1)
        after = os.times()
        return points / (after.children_user + after.children_system - before.children_user - before.children_system)

    pairs = [(rate(LARGE), rate(DESCRIBED)) for _ in range(ROUNDS)]
    for name, rates in zip(("recorded", "described"), zip(*pairs)):
        print(f"points a processor second, {name}:", median_and_range(rates, ".2f"))
    print("described against recorded:", median_and_range([made / read for read, made in pairs], ".2f"))


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--workloads"]):
        sys.exit(f"usage: {sys.argv[0]} DOORBELL [--workloads]")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], Path(folder))
        compare_workloads(bench)
        if len(sys.argv) == 3:
            return
        trivial = Path(folder, "trivial.trace")
        trivial.write_text(first_records(200))
        points = 100
        rates = [points / bench.sweep(trivial, points, 2) for _ in range(ROUNDS)]
        print("trivial points a second with two jobs:", median_and_range(rates, ".0f"))
        points = 4
        lengths, shares, gains = [], [], []
        for _ in range(ROUNDS):
            by_hand = bench.by_hand(LARGE, points, "--with", "eight-drives", "--set", f"replay.copies={COPIES}")
            alone = bench.sweep(LARGE, points, 1, f"with: [eight-drives]\nset: [replay.copies={COPIES}]\n")
            together = bench.sweep(LARGE, points, 2, f"with: [eight-drives]\nset: [replay.copies={COPIES}]\n")
            lengths.append(by_hand / points)
            shares.append(1 - by_hand / alone)
            gains.append(alone / together)
        print("seconds of a point:", median_and_range(lengths, ".2f"))
        print("share of a sweep's time that is not simulation:", median_and_range(shares, ".1%"))
        print("two jobs are so many times as fast as one:", median_and_range(gains, ".2f"))


if __name__ == "__main__":
    main()
