#!/usr/bin/env python3
"""linux_checkpoint.py DOORBELL GUEST: does Linux go on from a checkpoint as if nothing had been?

At the marker one processor is off, reads of an NVMe drive are under way, whose interrupts become pending while
processors stand still, and the console's script is half done. A run that goes on past the marker and one that is
restored must print and count the same, to the byte; the restored one has neither kernel nor drive nor script. Eight
sizes of a TLB, as a sweep from that checkpoint, come to what eight single restores come to, and to eight results."""

import gzip
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from boot_linux import COMMAND_LINE, WRONG
from make_initrd import MODULES, initrd

PROCESSORS = 4
FROM, TO = "measure from here", "measure to here"
SCRIPT = f"""
for module in {" ".join(MODULES)}; do insmod /modules/$module.ko; done
turns=0
while [ ! -e /dev/nvme0n1 ] && [ $turns -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
echo 0 >/sys/devices/system/cpu/cpu3/online
echo "first word?"
read first
dd if=/dev/nvme0n1 of=/dev/null bs=4096 count=600 iflag=direct 2>/dev/null &
taskset 2 dd if=/dev/nvme0n1 of=/dev/null bs=65536 count=60 skip=20 iflag=direct 2>/dev/null &
sleep 0.01
echo {FROM}
read second
echo "$first $second"
wait
echo 1 >/sys/devices/system/cpu/cpu3/online
taskset 8 dd if=/dev/nvme0n1 bs=4096 count=100 iflag=direct 2>/dev/null | sha256sum
grep ITS-MSI /proc/interrupts
echo {TO}
"""
TYPED = f"""wait "first word?"
type "half\\n"
wait "{FROM}"
delay 1ms
type "done\\n"
"""
SIZES = [1, 2, 3, 4, 6, 8, 12, 16]
TLB = "smmu.tlb.entries"
# So small that the second TLB is asked.
SMALL = ["--set", "smmu.micro_tlb.entries=1", "--set", "smmu.micro_tlb.ways=1", "--set", "smmu.tlb.ways=1"]


def run(doorbell, *arguments):
    ended = subprocess.run([doorbell, *map(str, arguments)], check=False, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL)
    if ended.returncode != 0:
        sys.exit(f"{arguments[0]}: status {ended.returncode}: {ended.stderr[-2000:]}")
    return ended


def software(guest, folder):
    (folder / "initrd").write_bytes(initrd(guest, SCRIPT.encode()))
    (folder / "drive").write_bytes(random.Random(1).randbytes(16 << 20))
    (folder / "script").write_text(TYPED)
    return ["--set", f"processors={PROCESSORS}", "--kernel", guest / "Image", "--initrd", folder / "initrd", "--append",
            COMMAND_LINE, "--drive", folder / "drive", "--console-script", folder / "script", "--measure-from", FROM]


def restore(doorbell, folder, name, *more):
    run(doorbell, "run", "--restore", folder / "checkpoint", "--measure-to", TO, "--stats", folder / f"{name}.json",
        "--console", folder / f"{name}.console", *more)
    return (folder / f"{name}.json").read_bytes()


def same_as_continued(doorbell, guest, folder):
    arguments = software(guest, folder)
    run(doorbell, "run", *arguments, "--measure-to", TO, "--stats", folder / "continued.json", "--console",
        folder / "continued.console")
    run(doorbell, "run", *arguments, "--checkpoint", folder / "checkpoint", "--console", folder / "before.console")
    for name in ("initrd", "drive", "script"):
        (folder / name).unlink()
    restored = restore(doorbell, folder, "restored")
    text = {name: (folder / f"{name}.console").read_bytes() for name in ("continued", "before", "restored")}
    if text["before"] + text["restored"] != text["continued"]:
        yield "the restored run prints something else"
    if restored != (folder / "continued.json").read_bytes():
        yield "the restored run counts something else"
    printed = text["continued"].decode(errors="replace")
    yield from (line for line in printed.splitlines() if WRONG.search(line) and "Kernel command line" not in line)
    if "half done" not in printed:
        yield "what the script typed was not read"
    state = json.loads((folder / "checkpoint" / "state.json").read_text())
    pending = [module["lpis"]["pending"] for name, module in state["modules"].items() if "redistributor" in name]
    if not any(pending):
        yield "no LPI was pending"
    powered = [module["powered"] for name, module in state["modules"].items() if name.startswith("virt.cpu") and
               "powered" in module]
    if powered != [True, True, True, False]:
        yield f"processors are {powered}"


def same_as_sweep(doorbell, folder):
    (folder / "plan.yaml").write_text(json.dumps({
        "checkpoint": "checkpoint", "measure_to": TO, "axes": {TLB: SIZES},
        "set": [setting for setting in SMALL if setting != "--set"]}))
    run(doorbell, "sweep", folder / "plan.yaml", "-o", folder / "sweep")
    points = {}
    for point in (folder / "sweep" / "points").iterdir():
        size = json.loads((point / "description.yaml").read_text())["smmu"]["tlb"]["entries"]
        points[size] = gzip.decompress((point / "stats.json.gz").read_bytes())
    if sorted(points) != SIZES:
        yield f"points of {sorted(points)}"
        return
    measured = set()
    for size in SIZES:
        if points[size] != restore(doorbell, folder, f"tlb{size}", *SMALL, "--set", f"{TLB}={size}"):
            yield f"a TLB of {size} entries: the sweep's point is another"
        measured.add(json.dumps(json.loads(points[size])["latency"]))
    if len(measured) != len(SIZES):
        yield f"{len(measured)} results of {len(SIZES)} sizes"


def main():
    doorbell, guest = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        complaints = [*same_as_continued(doorbell, guest, Path(folder)), *same_as_sweep(doorbell, Path(folder))]
    if complaints:
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
