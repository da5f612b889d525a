#!/usr/bin/env python3
"""random_programs.py DOORBELL QEMU ELF [--seeds N] [--first SEED] [--census FILE]

Runs random programs (sw/random) on QEMU's `virt` and on Doorbell's, in loose and in approximate timing, and compares
what they print, line by line but for known_differences.yaml. Then counts what happened in them: everything that the
census names must have, often enough. 100 seeds, or 1000 with DOORBELL_LONG in the environment."""

import argparse
import collections
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

import known_differences

MEMORY = 1 << 30
DRIVE_BYTES = 1 << 20
BATCH = 50  # programs one after the other in one machine
LIMIT = 300  # seconds a batch, a net ten times wide
OFTEN = 10  # each thing of the census, from so many seeds on:
FOR_CENSUS = 100
SUCCEEDED = 10  # transfers in each program
FAULTED = 0.6  # of the programs, with a fault
SHOWN = 20


def write_drive(path):
    """Blocks that all differ."""
    path.write_bytes(b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(DRIVE_BYTES // 32)))


def run(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False)
    if result.returncode != 0:
        sys.exit(f"{command[0]} ended with {result.returncode}: {result.stderr.decode(errors='replace')}")
    return result.stdout.decode(errors="replace")


def on_qemu(qemu, elf, drive, arguments):
    return run([qemu, "-M", "virt,gic-version=3,iommu=smmuv3", "-cpu", "cortex-a57", "-smp", "2", "-m",
                f"{MEMORY >> 20}", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-monitor",
                "none", "-drive", f"file={drive},if=none,id=drive,format=raw,snapshot=on", "-device",
                "nvme,drive=drive,addr=1,serial=doorbell", "-kernel", elf, "-append", arguments])


def here(doorbell, elf, drive, arguments, timing):
    console = drive.with_suffix(f".{timing}")
    run([doorbell, "run", "virt", "--set", "processors=2", "--set", f"ram.size={MEMORY}", "--firmware", elf, "--drive",
         str(drive), "--append", arguments, "--timing", timing, "--console", str(console)])
    return console.read_text(encoding="utf-8", errors="replace")


def lines_of(text):
    return [line.rstrip("\r") for line in text.splitlines()]


class Comparison:
    """Transcripts of both machines, and what they came to."""

    def __init__(self, rows):
        self.rows = rows
        self.used = collections.Counter()
        self.problems = []
        self.steps = []  # lines of Doorbell's

    def complain(self, text):
        self.problems.append(text)

    def compare(self, timing, ours, theirs):
        if not theirs or theirs[-1] != "PASS":
            self.complain(f"QEMU ended with: {theirs[-1] if theirs else 'nothing'}")
        for our, their in zip(ours, theirs):
            if our.split()[:1] != their.split()[:1]:
                self.complain(f"{timing}: they part ways:\n  QEMU {their}\n  here {our}")
                break
            if our.startswith("end "):
                continue  # sums of steps, differences included
            names = known_differences.explain(our, their, self.rows)
            if names is None:
                self.complain(f"{timing}:\n  QEMU {their}\n  here {our}")
            else:
                self.used.update(names)
        if len(ours) != len(theirs):
            self.complain(f"{timing}: {len(ours)} lines, {len(theirs)} on QEMU")

    def check_timings(self, loose, approximate):
        for one, other in zip(loose, approximate):
            if one != other:
                self.complain(f"loose       {one}\n  approximate {other}")


def check_ends(comparison, seeds):
    ends = [dict(word.split("=") for word in line.split()[1:]) for line in comparison.steps if line.startswith("end ")]
    if len(ends) != seeds:
        comparison.complain(f"{len(ends)} programs of {seeds} came to their end")
    for end in ends:
        if int(end["succeeded"]) < SUCCEEDED:
            comparison.complain(f"seed {end['seed']}: {end['succeeded']} transfers succeeded")
    faulted = sum(int(end["faulted"]) > 0 for end in ends)
    if faulted < FAULTED * len(ends):
        comparison.complain(f"{faulted} of {len(ends)} programs met a fault")


def count(lines):
    """How often each case, command and event is met in these lines."""
    counts = collections.Counter()
    for line in lines:
        words = line.split()
        if len(words) < 2 or not re.fullmatch(r"\d+\.\d+", words[0]):
            continue
        counts[words[1]] += 1
        values = dict(word.split("=", 1) for word in words[2:] if "=" in word)
        for command in values.get("with", "-").split(","):
            counts["with " + command] += 1
        for event in set(re.findall(r"(?:^|,)([0-9a-f]+)", values.get("events", "-"))):
            counts["event " + event] += 1
    return counts


def check_census(comparison, census, often):
    counts = count(comparison.steps)
    named = set(census["cases"]) | {"with " + c for c in census["commands"]} | {"event " + e for e in census["events"]}
    for name in sorted(named):
        if counts[name] < often:
            comparison.complain(f"census: {name}: {counts[name]} times, {often} are wanted")
    for name in sorted(counts):
        if name not in named and name not in ("with -",):
            comparison.complain(f"census: {name} is met and not named")
    return counts


def check_rows(comparison):
    for row in comparison.rows:
        if row.get("of", "random") == "random" and not comparison.used[row["name"]]:
            comparison.complain(f"known differences: nothing needs the row '{row['name']}'")


def run_batch(options, drive, first, seeds, comparison):
    arguments = f"seed={first} count={seeds}"
    theirs = lines_of(on_qemu(options.qemu, options.elf, drive, arguments))
    loose, approximate = (lines_of(here(options.doorbell, options.elf, drive, arguments, timing))
                          for timing in ("loose", "approximate"))
    comparison.compare("loose", loose, theirs)
    comparison.check_timings(loose, approximate)
    if approximate != loose:
        comparison.compare("approximate", approximate, theirs)
    comparison.steps += approximate


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("doorbell")
    parser.add_argument("qemu")
    parser.add_argument("elf")
    parser.add_argument("--seeds", type=int, default=1000 if os.environ.get("DOORBELL_LONG") else 100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--census", default=Path(__file__).with_name("random_census.yaml"))
    options = parser.parse_args()
    comparison = Comparison(known_differences.read())
    with tempfile.TemporaryDirectory() as folder:
        drive = Path(folder) / "drive.img"
        write_drive(drive)
        for first in range(options.first, options.first + options.seeds, BATCH):
            seeds = min(BATCH, options.first + options.seeds - first)
            run_batch(options, drive, first, seeds, comparison)
    check_ends(comparison, options.seeds)
    if options.seeds >= FOR_CENSUS:
        check_rows(comparison)
        census = yaml.safe_load(Path(options.census).read_text(encoding="utf-8"))
        counts = check_census(comparison, census, OFTEN)
        print(f"{options.seeds} programs, {sum(counts[case] for case in census['cases'])} steps; "
              f"rows used: {dict(comparison.used)}")
    for problem in comparison.problems[:SHOWN]:
        print(problem)
    if len(comparison.problems) > SHOWN:
        print(f"... and {len(comparison.problems) - SHOWN} more")
    sys.exit(1 if comparison.problems else 0)


if __name__ == "__main__":
    main()
