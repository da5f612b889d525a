#!/usr/bin/env python3
"""boot_linux.py DOORBELL GUEST PROCESSORS [OPTION...]: does Debian's kernel, unchanged, come up to its /init?

GUEST is what scripts/guest-packages got. Further options go to `doorbell run`. All processors must come up, nothing may
warn or time out, and the machine must be powered off at the end, with status 0."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from make_initrd import initrd

SCRIPT = b"""echo "init: $(nproc) processors"
cat /proc/interrupts
"""
COMMAND_LINE = "console=ttyAMA0 panic=-1"
# A kernel's complaints, and an event of the SMMU.
WRONG = re.compile(r"WARN|BUG|Oops|panic|timed out|timeout|event 0x[0-9a-f]+ received|Unable to handle")


def boot(doorbell, guest, processors, options, folder):
    ram_disk = folder / "initrd"
    ram_disk.write_bytes(initrd(guest, SCRIPT))
    console = folder / "console"
    run = subprocess.run(
        [doorbell, "run", "virt", "--set", f"processors={processors}", "--kernel", guest / "Image", "--initrd", ram_disk,
         "--append", COMMAND_LINE, "--console", console, *options],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return run, console.read_text(errors="replace") if console.exists() else ""


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
    if len(arguments) < 3:
        sys.exit(__doc__)
    doorbell, guest, processors = Path(arguments[0]).resolve(), Path(arguments[1]).resolve(), int(arguments[2])
    if not (guest / "complete").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found nothing")
    with tempfile.TemporaryDirectory() as folder:
        run, text = boot(doorbell, guest, processors, arguments[3:], Path(folder))
    wrong = list(complaints(run, text, processors))
    if wrong:
        sys.exit("\n".join([*text.splitlines()[-20:], "", *wrong]))


if __name__ == "__main__":
    main(sys.argv[1:])
