#!/usr/bin/env python3
"""account.py BUILD [msi_bench's options]: how many instructions an MSI costs, by cause, as a Markdown table.

BUILD is a build directory of the preset `profile`, whose programs know their lines. Callgrind counts two runs, of 5 000
and of 15 000 MSIs; the difference is what MSIs cost, without what is done once. An instruction counts where its source
line stands, so inlined code counts for the file that it was written in. Needs valgrind."""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FEW, MANY = 5_000, 15_000

# The first that matches a file's path.
CAUSES = [
    ("coroutine frames and tasks", r"/coroutine$|core/arch/(task|task_group|frame_pool)\."),
    ("scheduler, wake-ups, clocks", r"core/arch/(scheduler|wake_queue|waiter|clock)\.|core/kernel"),
    ("sockets, payloads, messages", r"core/(initiator|target|message|payload|requester)|/tlm_|/sysc/"),
    ("Journeys and stages", r"core/arch/(journey|statistics_stages)"),
    ("statistics", r"core/arch/(statistics|histogram|cache_counts)"),
    ("waiting: slots, credits, order, rings", r"core/arch/(slots|wait_primitives|ring|barrier)"),
    ("caches, hashes, fields, registers", r"/models/doorbell/core/"),
    ("PCIe", r"/models/doorbell/pcie/"),
    ("SMMU", r"/models/doorbell/smmu/"),
    ("fabric and RAM", r"/models/doorbell/memory/"),
    ("GIC", r"/models/doorbell/gic/"),
    ("processor", r"/models/doorbell/cpu/"),
    ("firmware and drivers", r"/sw/"),
    ("the benchmark itself", r"/tests/bench/|/platforms/"),
    ("the standard library, inlined", r"/include/"),
    ("libraries: fibers, memory, SystemC", r""),
]


def count(build, messages, options, folder):
    """Instructions by file of one run."""
    out = Path(folder) / f"callgrind.{messages}"
    subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", build / "tests/bench/msi_bench", "--no-bare",
         "--messages", str(messages), *options],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return by_file(out.read_text().splitlines())


def by_file(lines):
    """Callgrind's format: a file's number has its name where it first occurs; behind `calls=` is what a call cost."""
    names, instructions = {}, Counter()
    file, is_call = "", False
    for line in lines:
        named = re.match(r"(fl|fi|fe|cfi|cfl)=(\(\d+\))(?: (.*))?$", line)
        if named:
            kind, number, name = named.groups()
            if name is not None:
                names[number] = name
            if kind in ("fl", "fi", "fe"):
                file = names[number]
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[-+*\d]", line):
            if not is_call:
                instructions[file] += int(line.split()[1])
            is_call = False
    return instructions


def cause_of(file):
    return next(cause for cause, pattern in CAUSES if re.search(pattern, file))


def account(build, options):
    """Instructions an MSI by cause."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as both:
        few, many = both.map(lambda messages: count(build, messages, options, folder), (FEW, MANY))
    causes = Counter()
    for file, instructions in many.items():
        causes[cause_of(file)] += (instructions - few[file]) / (MANY - FEW)
    return causes


def main():
    if len(sys.argv) < 2 or not (Path(sys.argv[1]) / "tests/bench/msi_bench").exists():
        sys.exit(__doc__)
    causes = account(Path(sys.argv[1]), sys.argv[2:])
    whole = sum(causes.values())
    print("| cause | instructions an MSI | share |\n|---|---|---|")
    for cause, instructions in causes.most_common():
        print(f"| {cause} | {instructions:.0f} | {100 * instructions / whole:.0f} % |")
    print(f"| all | {whole:.0f} | |")


if __name__ == "__main__":
    main()
