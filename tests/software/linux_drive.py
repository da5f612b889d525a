#!/usr/bin/env python3
"""linux_drive.py DOORBELL GUEST PROCESSORS [--off-and-on] [KERNEL ARGUMENT...]: does Debian's kernel read and write an
NVMe drive?

On each processor, without the page cache, 500 blocks are read and 500 written; sums must be the host's. Each of these
transfers is one interrupt of that processor's queue, on that processor. Then the driver goes and comes back. Nothing
may warn or time out, and the SMMU records no event. With --off-and-on each processor was off before, and on again."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from boot_linux import COMMAND_LINE, WRONG
from make_initrd import MODULES, initrd

BLOCK, COUNT, WRITE_AT = 4096, 500, 1024
BLOCKS = 4096
OFF_AND_ON = """
for online in /sys/devices/system/cpu/cpu[0-9]*/online; do
  echo 0 >$online
  echo "$online: $(cat $online), $(nproc) left"
  echo 1 >$online
done
"""
LOAD = f"""
for module in {" ".join(MODULES)}; do insmod /modules/$module.ko; done
sleep 1
"""
SCRIPT = f"""
read_all() {{ dd if=/dev/nvme0n1 bs=1M iflag=direct 2>/dev/null | sha256sum; }}
echo "before: $(read_all)"
grep nvme0q /proc/interrupts
cpu=0
while [ $cpu -lt $(nproc) ]; do
  mask=$(printf %x $((1 << cpu)))
  taskset $mask dd if=/dev/nvme0n1 of=/tmp/part bs={BLOCK} count={COUNT} skip=$((cpu * {COUNT})) iflag=direct 2>/dev/null
  echo "part $cpu: $(sha256sum /tmp/part)"
  taskset $mask dd if=/tmp/part of=/dev/nvme0n1 bs={BLOCK} seek=$(({WRITE_AT} + cpu * {COUNT})) oflag=direct 2>/dev/null
  cpu=$((cpu + 1))
done
echo counted
grep nvme0q /proc/interrupts
echo "after: $(read_all)"
rmmod nvme && insmod /modules/nvme.ko
sleep 1
echo "again: $(read_all)"
"""
ROW = re.compile(r"^ *\d+: +((?:\d+ +)+)ITS-MSI +\d+ Edge +nvme0q(\d+)", re.MULTILINE)


def contents():
    """Blocks that all differ, and as many as the parts need."""
    return b"".join(hashlib.sha256(str(i).encode()).digest() * (BLOCK // 32) for i in range(BLOCKS))


def counts(text):
    return {int(queue): [int(count) for count in columns.split()] for columns, queue in ROW.findall(text)}


def complaints(text, processors, drive):
    changed = bytearray(drive)
    sums = {"before": drive}
    for cpu in range(processors):
        part = changed[cpu * COUNT * BLOCK:][:COUNT * BLOCK]
        sums[f"part {cpu}"] = bytes(part)
        at = (WRITE_AT + cpu * COUNT) * BLOCK
        changed[at:at + len(part)] = part
    sums["after"] = sums["again"] = bytes(changed)
    for name, data in sums.items():
        if f"{name}: {hashlib.sha256(data).hexdigest()}" not in text:
            yield f"{name}: another sum than the host's"
    first, _, second = text.partition("counted")
    start, end = counts(first), counts(second)
    for queue in range(1, processors + 1):
        grown = [b - a for a, b in zip(start.get(queue, []), end.get(queue, []), strict=False)]
        expected = [2 * COUNT if cpu == queue - 1 else 0 for cpu in range(processors)]
        if grown != expected:
            yield f"interrupts of queue {queue}, by processor: expected {expected}, found {grown}"
    for line in text.splitlines():
        if WRONG.search(line) and "Kernel command line" not in line:
            yield line


def main(arguments):
    if len(arguments) < 3:
        sys.exit(__doc__)
    doorbell, guest, processors = Path(arguments[0]).resolve(), Path(arguments[1]).resolve(), int(arguments[2])
    off_and_on = "--off-and-on" in arguments
    kernel_arguments = [argument for argument in arguments[3:] if argument != "--off-and-on"]
    script = LOAD + (OFF_AND_ON if off_and_on else "") + SCRIPT
    if not (guest / "complete").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found nothing")
    drive = contents()
    with tempfile.TemporaryDirectory() as folder:
        image, ram_disk, console = (Path(folder) / name for name in ("drive", "initrd", "console"))
        image.write_bytes(drive)
        ram_disk.write_bytes(initrd(guest, script.encode()))
        run = subprocess.run(
            [doorbell, "run", "virt", "--set", f"processors={processors}", "--drive", image,
             "--kernel", guest / "Image", "--initrd", ram_disk, "--append",
             " ".join([COMMAND_LINE, *kernel_arguments]), "--console", console],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        text = console.read_text(errors="replace") if console.exists() else ""
        wrong = list(complaints(text, processors, drive))
        left = text.count(f": 0, {processors - 1} left")
        if off_and_on and left != processors:
            wrong.append(f"{left} of {processors} processors went off")
        if run.returncode != 0:
            wrong.append(f"status {run.returncode}: {run.stderr.strip()}")
        if image.read_bytes() != drive:
            wrong.append("the file has changed")
    if wrong:
        sys.exit("\n".join([*text.splitlines()[-30:], "", *wrong]))


if __name__ == "__main__":
    main(sys.argv[1:])
