"""Writes the tables of README.md anew, between their marks, from the databases of the sweeps.

    tables.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

import sweeps as s  # first: it finds the modules that studies share
import page
from page import nanoseconds, percent, table
from structures import QUEUES, STRUCTURES, least, price

MACHINES = (("virt", "`virt`"), ("pair-of-200-ns", "`virt`, a TLBI and its CMD_SYNC as fast as any published"),
            ("pair-of-324-ns", "`virt`, as slow as any published"),
            ("four-processors", "`virt`, 4 processors for all drives"),
            ("sized", "`virt`, all as small as for 8 drives"), ("fast-queue", "`virt`, fast command queue"),
            ("sized-fast-queue", "all as small, fast command queue"), ("ideal", "all ideal but the links"))


def drives_heads():
    return [f"{drives} drive{'s' if drives > 1 else ''}" for drives in s.DRIVES]


def answer(open_sweep):
    rows = []
    for structure in STRUCTURES:
        sweep = open_sweep(structure.sweep)
        rows.append([structure.title, *(least(sweep, structure, drives) for drives in s.DRIVES),
                     sweep.default(structure.axis) if structure.of_virt else "-",
                     price(sweep, structure, s.DRIVES[-1]), structure.reason])
    return table(["structure", *drives_heads(), "`virt` has", "the smallest tried, 8 drives", "what sets it"], rows)


def machines(open_sweep):
    """Millions of commands a second, with the spread of the seeds."""
    sweep = open_sweep("machines")
    rows = []
    for machine, title in MACHINES:
        row = [title]
        for drives in s.DRIVES:
            rates = sweep.values(s.IOPS, drives=drives, machine=machine)
            mean = sum(rates) / len(rates)
            row.append(f"{mean / 1e6:.2f} ({percent((max(rates) - min(rates)) / mean, 1)})")
        rows.append(row)
    return table(["million commands a second (spread of 3 seeds)", *drives_heads()], rows)


def inside(open_sweep):
    """What goes on in the machine as it is."""
    sweep = open_sweep("machines")

    def row(title, show):
        return [title, *(show({"drives": drives, "machine": "virt"}) for drives in s.DRIVES)]

    def one(metric, text):
        return lambda where: text(sweep.value(metric, **where))

    def walks(where):
        return f"{sweep.value(s.WALKS, **where) / sweep.value(s.MSIS, **where):.2f}"

    def walking(where):
        rate = sweep.value(s.IOPS, **where) * sweep.value(s.WALKS, **where) / sweep.value(s.MSIS, **where)
        mean = 1e-12 * rate * sweep.value(s.WALK_TIME, **where)  # Little's law
        return f"{mean:.2f}; {max(sweep.values(s.WALKING_MOST, **where)):.0f}"

    def slots(where):
        return f"{max(sweep.values(s.SLOTS_MOST, **where)):.0f}"

    def pair(where):
        return nanoseconds(1e12 * sweep.value(s.QUEUE_BUSY, **where) / sweep.value(s.IOPS, **where))

    rows = [row("command queue busy", one(s.QUEUE_BUSY, percent)), row("its time for one command of a drive", pair),
            row("link of a drive busy, upwards", one(s.LINK_BUSY, percent)),
            row("MSI, write to acknowledge, p50", one(s.MSI_P50, nanoseconds)),
            ["the same, all as small as for 8 drives",
             *(nanoseconds(sweep.value(s.MSI_P50, drives=drives, machine="sized")) for drives in s.DRIVES)],
            row("MSI, p99", one(s.MSI_P99, nanoseconds)),
            row("walks a command", walks), row("a walk, mean", one(s.WALK_TIME, nanoseconds)),
            row("walks at a time, mean; most", walking), row("translation slots taken, most", slots)]
    return table(["`virt` as it is", *drives_heads()], rows)


def queues(open_sweep):
    """Sizes for eight drives, by the recording and with a queue a processor."""
    recorded = {structure.title: structure for structure in STRUCTURES}
    rows = []
    for structure in QUEUES:
        before, sweep = recorded[structure.title], open_sweep(structure.sweep)
        rows.append([structure.title, least(open_sweep(before.sweep), before, s.DRIVES[-1]), least(sweep, structure),
                     sweep.default(structure.axis) if structure.of_virt else "-", price(sweep, structure),
                     structure.reason])
    return table(["structure, 8 drives", "4 queues a drive, recorded", "a queue a processor", "`virt` has",
                  "the smallest tried", "what sets it"], rows)


def queue_machines(open_sweep):
    """What eight drives carry by their number of queues."""
    sweep = open_sweep("queues-machines")
    titles = dict(MACHINES)
    rows = []
    for machine in ("virt", "pair-of-200-ns", "pair-of-324-ns", "fast-queue"):
        row = [titles[machine]]
        for count in (4, 32):
            where = {"queues": count, "machine": machine}
            row += [f"{sweep.value(s.IOPS, **where) / 1e6:.2f}", percent(sweep.value(s.MICRO_HITS, **where)),
                    nanoseconds(sweep.value(s.MSI_P50, **where))]
        rows.append(row)
    return table(["8 drives", "4 queues a drive: million commands a second", "hits of the micro TLB", "MSI p50",
                  "a queue a processor: million commands a second", "hits of the micro TLB", "MSI p50"], rows)


TABLES = {"answer": answer, "machines": machines, "inside": inside, "queues": queues, "queue-machines": queue_machines}


def main(results, study, doorbell):
    sweeps = page.Sweeps(results, doorbell)
    made = {name: make(sweeps) for name, make in TABLES.items()}
    page.write(Path(study) / "README.md", {**made, "plans": page.plans(study, sweeps)})


if __name__ == "__main__":
    main(*sys.argv[1:])
