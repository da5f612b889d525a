"""sweep_bench.py DOORBELL: what a sweep costs beside its simulations.

Points a second on a trivial workload; the share of wall time that isn't simulation with points of about a second;
and how much faster two jobs are than one. Run it on a quiet machine with two cores or more."""

import gzip
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PLATFORM = SOURCE / "platforms/virt.yaml"
RECORDING = SOURCE / "traces/workloads/nvme_seqwrite.trace.gz"
LARGE = SOURCE / "traces/workloads/nvme_rand.trace.gz"


def first_records(count):
    """A workload of the recording's first records."""
    header, records = gzip.open(RECORDING, "rt").read().split("\nbegin\n")
    return header + "\nbegin\n" + "\n".join(records.split("\n")[:count]) + f"\nend {count}\n"


def timed(*command):
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


class Bench:
    def __init__(self, doorbell, folder):
        self.doorbell, self.folder, self.sweeps = doorbell, folder, 0

    def sweep(self, workload, points, jobs):
        """Wall time of a sweep of so many points that differ in a seed alone."""
        self.sweeps += 1
        plan = self.folder / f"plan{self.sweeps}.yaml"
        plan.write_text(f"platform: {PLATFORM}\nworkloads: [{workload}]\n"
                        f"repeat: {{count: {points}, seeds: [smmu.tlb.seed]}}\n")
        return timed(self.doorbell, "sweep", plan, "-o", self.folder / f"results{self.sweeps}", "-j", str(jobs))

    def run(self, workload, seed):
        """Wall time of a run by hand, with the statistics that a sweep asks for."""
        return timed(self.doorbell, "run", PLATFORM, "--workload", workload, "--set", f"smmu.tlb.seed={seed}",
                     "--stats", self.folder / "stats.json.gz")


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DOORBELL")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], Path(folder))
        trivial = Path(folder, "trivial.trace")
        trivial.write_text(first_records(200))
        points = 100
        print(f"trivial points: {points / bench.sweep(trivial, points, 2):.0f} a second with two jobs")
        points = 10
        by_hand = sum(bench.run(LARGE, seed) for seed in range(1, points + 1))
        alone = bench.sweep(LARGE, points, 1)
        print(f"points of {by_hand / points:.2f} s: {100 * (1 - by_hand / alone):.1f} % of the time is not simulation")
        print(f"two jobs are {alone / bench.sweep(LARGE, points, 2):.2f} times as fast as one")


if __name__ == "__main__":
    main()
