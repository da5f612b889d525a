#!/usr/bin/python3
"""Progress: with one place in a buffer, a queue, a set of slots or credits, everything still gets through.

narrow_test.py DOORBELL SOURCE_DIR makes each of them as narrow as it can be, alone, in pairs, and all at once.
Of the pairs it takes a sample; with DOORBELL_LONG=1 all."""
import itertools
import os
import random
import re
import sys

from platform_runs import TIME_LIMIT, Platform

# What holds a number of things at a time. Caches are none of them: they only make it slower.
BOUNDS = re.compile(r"""
    (ram|fabric)\.(port_|target_)?(reads|writes)
  | smmu\.tbu\.(outstanding_reads|outstanding_writes|translation_slots|translation_requests)
  | smmu\.tcu\.(translation_slots|walkers|command_fetch)
  | smmu\.(command|event)_queue_log2
  | gic\.its\.(doorbell_entries|translation_slots|outstanding_reads|outstanding_writes|lpi_credits)
  | gic\.redistributor\.(outstanding_reads|pending_table_changes)
  | root_complex\.(posted_entries|read_entries|processor_entries)
  | endpoints\.0\.link\.(up|down)stream_credits\.\w+
  | endpoints\.0\.function\.tags
  | replay\.(outstanding|window)
""", re.VERBOSE)
# Credits of data for the largest TLP of its kind (PCIe 6.0, 2.6.1.2), of 16 bytes each.
LARGEST_PAYLOAD = 256 // 16
SAMPLE = 40
# With a TBU for each of the two ports, all that is narrow stays so for both.
TWO_TBUS = """
smmu:
  tbus:
    - {first_stream_id: 0, last_stream_id: 15}
    - {first_stream_id: 16, last_stream_id: 65535}
root_complex:
  ports:
    - {device: 1, tbu: 0}
    - {device: 2, tbu: 1}
"""


def narrowest(parameter):
    path = parameter["path"]
    if path.endswith(("upstream_credits.posted_data", "downstream_credits.completion_data")):
        return LARGEST_PAYLOAD
    least = int(parameter["range"].split(" ")[0])
    if path.endswith("_log2"):
        return least
    return max(least, 1)


def names(run):
    return " ".join(run.settings)


def main():
    doorbell, source = sys.argv[1:3]
    platform = Platform(doorbell, source)
    bounds = [f"{parameter['path']}={narrowest(parameter)}" for parameter in platform.parameters()
              if BOUNDS.fullmatch(parameter["path"])]
    pairs = list(itertools.combinations(bounds, 2))
    if os.environ.get("DOORBELL_LONG", "0") == "0":
        pairs = random.Random(1).sample(pairs, SAMPLE)
    two_tbus = os.path.join(platform.folder.name, "two-tbus.yaml")
    with open(two_tbus, "w", encoding="utf-8") as overlay:
        overlay.write(TWO_TBUS)
    of_two = (two_tbus, *bounds, "replay.copies=2")
    runs = platform.run_all([(bound,) for bound in bounds] + pairs + [tuple(bounds), of_two])
    stuck = 0
    for run in runs:
        if run.status != 0:
            ended = f"status {run.status}" if run.status is not None else f"no end within {TIME_LIMIT} s"
            print(f"{names(run)}: {ended}: {run.errors.strip()}")
            stuck += 1
    print(f"{len(bounds)} bounds, {len(runs)} runs, {stuck} don't come to their end")
    return 0 if len(bounds) >= 35 and stuck == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
