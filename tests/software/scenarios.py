#!/usr/bin/env python3
"""scenarios.py DOORBELL RUN_SCENARIO NAME ELF

A scenario of sw/scenarios says the same on QEMU 7.2's `virt` as here, on AArch64 and on native processors, in loose and
in approximate timing, but for what known_differences.yaml explains."""

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

import known_differences

LIMIT = 200  # seconds of one run
PROCESSORS = 4
DRIVES = 2
DRIVE_WORDS = 1 << 18


def make_drive(path, number):
    words, word = bytearray(), 0x12345678 + number
    for _ in range(DRIVE_WORDS):
        word = (word * 1103515245 + 12345) & 0xFFFFFFFF
        words += word.to_bytes(4, "little")
    path.write_bytes(words)


def output(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout.replace("\r", "")


def on_qemu(elf, drives):
    command = ["qemu-system-aarch64", "-M", "virt,gic-version=3,iommu=smmuv3", "-cpu", "cortex-a57", "-smp", PROCESSORS,
               "-m", 256, "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-monitor", "none",
               "-kernel", elf]
    for i, drive in enumerate(drives):
        command += ["-drive", f"file={drive},format=raw,if=none,id=drive{i},snapshot=on",
                    "-device", f"nvme,serial=drive{i},drive=drive{i},addr={i + 1}"]
    return output([str(word) for word in command])


def here(doorbell, elf, drives, timing):
    with tempfile.NamedTemporaryFile() as console:
        command = [doorbell, "run", "virt", "--set", f"processors={PROCESSORS}", "--firmware", elf,
                   "--timing", timing, "--console", console.name]
        for i, drive in enumerate(drives):
            command += ["--drive", f"{i}={drive}"]
        output(command)
        return Path(console.name).read_text(encoding="ascii")


def is_explained(ours, theirs, rows):
    ours, theirs = ours.splitlines(), theirs.splitlines()
    return len(ours) == len(theirs) and all(
        known_differences.explain(our, their, rows) is not None for our, their in zip(ours, theirs))


def main():
    doorbell, run_scenario, name, elf = sys.argv[1:]
    rows = known_differences.read()
    with tempfile.TemporaryDirectory() as folder:
        drives = [Path(folder, f"drive{i}") for i in range(DRIVES)]
        for i, drive in enumerate(drives):
            make_drive(drive, i)
        theirs = on_qemu(elf, drives)
        if not theirs.endswith("\nPASS\n"):
            sys.exit("On QEMU:\n" + theirs)
        for timing in ("loose", "approximate"):
            native = output([run_scenario, name, timing, *map(str, drives)])
            for processors, ours in (("AArch64", here(doorbell, elf, drives, timing)), ("native", native)):
                if is_explained(ours, theirs, rows):
                    continue
                lines = difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "QEMU", "here", lineterm="")
                sys.exit(f"{name} on {processors} processors, {timing}:\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
