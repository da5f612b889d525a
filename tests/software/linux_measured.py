#!/usr/bin/env python3
"""linux_measured.py DOORBELL GUEST PROCESSORS [--twice | --all]: does what is measured between two texts on Linux's
console agree with what Linux itself counts there?

Between the two each processor reads and writes blocks of an NVMe drive without the page cache, beside readings of
/proc/interrupts. Each interrupt that Linux has counted was acknowledged by that processor and measured under its
EventID; link, SMMU and ITS have carried what the blocks need, and every MSI is accounted for. With --twice a second run
must be the same to the byte: console, statistics and trace. With --all everything is measured, from reset to the end,
in approximate timing."""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from boot_linux import COMMAND_LINE, WRONG
from linux_drive import BLOCK, WRITE_AT, contents
from make_initrd import MODULES, initrd

COUNT = 500
FROM, TO, END = "measure from here", "measure to here", "the end"
SCRIPT = f"""
for module in {" ".join(MODULES)}; do insmod /modules/$module.ko; done
sleep 1
grep ITS-MSI /proc/interrupts
echo {FROM}
cpu=0
while [ $cpu -lt $(nproc) ]; do
  mask=$(printf %x $((1 << cpu)))
  taskset $mask dd if=/dev/nvme0n1 of=/tmp/part bs={BLOCK} count={COUNT} skip=$((cpu * {COUNT})) iflag=direct 2>/dev/null
  taskset $mask dd if=/tmp/part of=/dev/nvme0n1 bs={BLOCK} seek=$(({WRITE_AT} + cpu * {COUNT})) oflag=direct 2>/dev/null
  sha256sum /tmp/part >/tmp/sum$cpu
  cpu=$((cpu + 1))
done
echo {TO}
grep ITS-MSI /proc/interrupts
cat /tmp/sum*
dd if=/dev/nvme0n1 bs=1M iflag=direct 2>/dev/null | sha256sum
echo {END}
grep ITS-MSI /proc/interrupts
"""
# Linux's hardware number of a PCI MSI is the requester ID, shifted, and the vector, which is the EventID.
ROW = re.compile(r"^ *\d+: +((?:\d+ +)+)ITS-MSI +(\d+) Edge", re.MULTILINE)
VECTOR_BITS = 11
ADMIN = 0
# Without "endpoint", where a message waits for link credits alone: one command at a time never wants for them.
ROAD = ["link", "root_complex", "tbu", "tcu", "ordering", "fabric", "its", "redistributor", "cpu_acknowledge"]
FILES = ("console", "stats", "trace")
ENDPOINT, LINK = "virt.endpoint0.function0.", "virt.link0."


def counts(text):
    """By EventID, and in it by processor."""
    mask = (1 << VECTOR_BITS) - 1
    return {int(number) & mask: [int(count) for count in columns.split()] for columns, number in ROW.findall(text)}


class Statistics:
    def __init__(self, path):
        self.all = json.loads(path.read_text())
        self.metrics = {metric["path"]: metric["values"] for metric in self.all["statistics"]["metrics"]}

    def value(self, path):
        return self.metrics[path]["value"]


def interrupt_complaints(text, statistics, processors, everything):
    """Linux's rows are vectors, its columns processors."""
    behind, _, at_the_end = text.partition(TO)[2].partition(END)
    first, last = counts(text.partition(FROM)[0]), counts(at_the_end if everything else behind)
    if everything:
        first = {event: [0] * processors for event in last}
    grown = {event: [b - a for a, b in zip(first[event], last[event], strict=True)] for event in last if event in first}
    measured = {vector["event"]: vector["end_to_end"]["count"] for vector in statistics.all["latency"]["vectors"]}
    for event, columns in sorted(grown.items()):
        # The driver closes its queues behind Linux's last reading.
        closes = everything and event == ADMIN
        if sum(columns) != measured.get(event, 0) and not (closes and sum(columns) < measured[event]):
            yield f"EventID {event}: Linux has counted {sum(columns)}, measured were {measured.get(event, 0)}"
    for event in sorted(measured.keys() - grown.keys()):
        yield f"EventID {event} was measured, and Linux doesn't know of it"
    for cpu in range(processors):
        counted = sum(columns[cpu] for columns in grown.values())
        acknowledged = statistics.value(f"virt.gic.cpu_interface{cpu}.acknowledged_lpis")
        if counted != acknowledged and not (everything and counted < acknowledged):
            yield f"processor {cpu}: Linux has counted {counted} MSIs, {acknowledged} were acknowledged"
        queue = grown.get(cpu + 1, [0] * processors)
        if queue[cpu] < 2 * COUNT or sum(queue) != queue[cpu]:
            yield f"queue {cpu + 1}: expected {2 * COUNT} interrupts at least, all on processor {cpu}, found {queue}"


def traffic_complaints(statistics, processors):
    """Every block goes one way over the link and through the SMMU, with a command and a completion."""
    transfers, bytes_each_way = processors * COUNT, processors * COUNT * BLOCK
    expected = {
        ENDPOINT + "commands": 2 * transfers,
        ENDPOINT + "written_bytes": bytes_each_way + 2 * transfers * 16,
        ENDPOINT + "read_bytes": bytes_each_way + 2 * transfers * 64,
        LINK + "upstream.payload_bytes": bytes_each_way + 2 * transfers * (16 + 4),
    }
    for path, least in expected.items():
        found = statistics.value(path)
        if not least <= found <= least * 1.02:
            yield f"{path}: expected {least} and hardly more, found {found}"
    sent = sum(statistics.value(ENDPOINT + name) for name in ("reads", "writes", "messages_sent"))
    through = statistics.value("virt.smmu.tbu.transactions")
    if through != sent:
        yield f"the drive has sent {sent} transactions, {through} went through the SMMU"
    walks = statistics.metrics["virt.smmu.tcu.walkers"]["completions"]
    # Linux maps each block for its transfer alone, and strictly: none is found in a TLB.
    if walks < 2 * transfers:
        yield f"expected a walk for each of {2 * transfers} blocks at least, found {walks}"


def latency_complaints(statistics):
    total = statistics.all["latency"]["total"]
    for name in ROAD:
        stage = total["stages"][name]
        if stage["waiting"]["sum"] + stage["service"]["sum"] == 0:
            yield f"stage {name} took no time"
    end_to_end = total["end_to_end"]
    if not 0 < end_to_end["p50"] <= end_to_end["p99"] <= end_to_end["max"]:
        yield f"end to end: {end_to_end}"
    if not statistics.all["conservation"]["balanced"]:
        yield f"conservation: {statistics.all['conservation']}"
    if statistics.all["totals"]["events_recorded"] or statistics.all["totals"]["errors_raised"]:
        yield f"totals: {statistics.all['totals']}"


def data_complaints(text, processors, drive):
    changed = bytearray(drive)
    for cpu in range(processors):
        part = changed[cpu * COUNT * BLOCK:][:COUNT * BLOCK]
        at = (WRITE_AT + cpu * COUNT) * BLOCK
        changed[at:at + len(part)] = part
        if hashlib.sha256(part).hexdigest() not in text:
            yield f"processor {cpu} has read something else"
    if hashlib.sha256(changed).hexdigest() not in text:
        yield "what was written is not what the drive holds"
    for line in text.splitlines():
        if WRONG.search(line) and "Kernel command line" not in line:
            yield line


def run_once(doorbell, guest, processors, folder, number, everything):
    drive, ram_disk = folder / "drive", folder / "initrd"
    drive.write_bytes(contents())
    ram_disk.write_bytes(initrd(guest, SCRIPT.encode()))
    files = {name: folder / f"{name}{number}" for name in FILES}
    region = ["--timing", "approximate"] if everything else ["--measure-from", FROM, "--measure-to", TO]
    run = subprocess.run(
        [doorbell, "run", "virt", "--set", f"processors={processors}", "--drive", drive,
         "--kernel", guest / "Image", "--initrd", ram_disk, "--append", COMMAND_LINE, "--console", files["console"],
         "--stats", files["stats"], "--trace", files["trace"], *region],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return run, files


def complaints(run, files, processors, everything):
    text = files["console"].read_text(errors="replace") if files["console"].exists() else ""
    if run.returncode != 0:
        yield from [*text.splitlines()[-20:], f"status {run.returncode}: {run.stderr.strip()}"]
        return
    statistics = Statistics(files["stats"])
    yield from data_complaints(text, processors, contents())
    yield from interrupt_complaints(text, statistics, processors, everything)
    if not everything:
        yield from traffic_complaints(statistics, processors)
    yield from latency_complaints(statistics)
    for word in ("p50", "p99", "cpu_acknowledge"):
        if word not in run.stdout:
            yield f"no {word} in the summary"


def main(arguments):
    if len(arguments) not in (3, 4):
        sys.exit(__doc__)
    doorbell, guest, processors = Path(arguments[0]).resolve(), Path(arguments[1]).resolve(), int(arguments[2])
    if not (guest / "complete").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found nothing")
    with tempfile.TemporaryDirectory() as folder:
        everything = "--all" in arguments
        run, files = run_once(doorbell, guest, processors, Path(folder), 1, everything)
        wrong = list(complaints(run, files, processors, everything))
        if arguments[3:] == ["--twice"] and not wrong:
            _, again = run_once(doorbell, guest, processors, Path(folder), 2, everything)
            wrong = [f"another {name} the second time" for name in FILES
                     if files[name].read_bytes() != again[name].read_bytes()]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
