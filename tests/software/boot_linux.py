#!/usr/bin/env python3
"""boot_linux.py DOORBELL GUEST PROCESSORS [--with-drive [KEY=VALUE...]]: does Debian's kernel, unchanged, come up to
its /init?

GUEST is what scripts/guest-packages got. All processors must come up, nothing may warn or time out, and the machine
must be powered off at the end, with status 0. With a drive, what the guest reads of it is what the host wrote, and each
processor's reads end in interrupts of its own queue."""

import hashlib
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from make_initrd import MODULES, initrd

SCRIPT = b"""echo "init: $(nproc) processors"
"""
READS = 500
READ_DRIVE = f"""
for module in {" ".join(MODULES)}; do insmod /modules/$module.ko; done
turns=0
while [ ! -e /dev/nvme0n1 ] && [ $turns -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
sha256sum /dev/nvme0n1
for cpu in $(seq 0 $(($(nproc) - 1))); do
  taskset -c $cpu dd if=/dev/nvme0n1 of=/dev/null bs=4096 count={READS} iflag=direct
done
cat /proc/interrupts
""".encode()
COMMAND_LINE = "console=ttyAMA0 panic=-1"
# A kernel's complaints, and an event of the SMMU.
WRONG = re.compile(r"WARN|BUG|Oops|panic|timed out|timeout|event 0x[0-9a-f]+ received|Unable to handle")


def boot(doorbell, guest, processors, drive, settings, folder):
    ram_disk = folder / "initrd"
    ram_disk.write_bytes(initrd(guest, SCRIPT + (READ_DRIVE if drive else b"")))
    console = folder / "console"
    run = subprocess.run(
        [doorbell, "run", *(word for setting in [f"processors={processors}", *settings] for word in ("--set", setting)),
         "--kernel", guest / "Image", "--initrd", ram_disk,
         "--append", COMMAND_LINE, "--console", console, *(["--drive", drive] if drive else [])],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return run, console.read_text(errors="replace") if console.exists() else ""


def make_drive(path):
    path.write_bytes(random.Random(1).randbytes(16 << 20))
    return path


def drive_complaints(drive, text, processors):
    digest = hashlib.sha256(drive.read_bytes()).hexdigest()
    if f"{digest}  /dev/nvme0n1" not in text:
        yield f"the guest read something else than {digest}"
    for cpu in range(processors):
        row = re.search(rf"^.*\bnvme0q{cpu + 1}$", text, re.MULTILINE)
        counts = [int(word) for word in row[0].split()[1:processors + 1]] if row else []
        # Of other processors' reads there are none but those of the checksum, whose queue is its processor's too.
        if not counts or counts[cpu] < READS or sum(counts) != counts[cpu]:
            yield f"nvme0q{cpu + 1}: expected at least {READS} interrupts, all on processor {cpu}, found {counts}"


def complaints(run, text, processors):
    if run.returncode != 0:
        yield f"status {run.returncode}: {run.stderr.strip()}"
    for expected in (f"init: {processors} processors", "reboot: Power down"):
        if expected not in text:
            yield f"no line with {expected!r}"
    for line in text.splitlines():
        if WRONG.search(line) and "Kernel command line" not in line:
            yield line


def main(arguments):
    if len(arguments) < 3 or arguments[3:4] not in ([], ["--with-drive"]):
        sys.exit(__doc__)
    doorbell, guest, processors = Path(arguments[0]).resolve(), Path(arguments[1]).resolve(), int(arguments[2])
    if not (guest / "complete").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found nothing")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drive = make_drive(folder / "drive") if arguments[3:] else None
        run, text = boot(doorbell, guest, processors, drive, arguments[4:], folder)
        wrong = list(complaints(run, text, processors))
        if drive:
            wrong += drive_complaints(drive, text, processors)
    if wrong:
        sys.exit("\n".join([*text.splitlines()[-20:], "", *wrong]))


if __name__ == "__main__":
    main(sys.argv[1:])
