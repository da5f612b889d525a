"""sweep_bench.py DOORBELL: what a sweep costs beside its simulations.

Points a second on a trivial workload; the share of wall time that isn't simulation with points of about a second;
and how much faster two jobs are than one. Run it on a quiet machine with two cores or more."""

import gzip
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


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DOORBELL")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], Path(folder))
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
