#!/usr/bin/env python3
"""boot_u_boot.py DOORBELL GUEST: do Debian's U-Boot and its commands find the machine that they know?

GUEST is what scripts/guest-packages got. Without a flash file U-Boot comes up with its built-in environment, finds the
drive and reads from it what the host wrote. With one it uses the environment that is there."""

import random
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

PROMPT = r"\n=> "  # as a script writes it; crc32 prints an arrow of its own
SECTORS = 0x400
ENVIRONMENT_SIZE = 0x40000


def script(commands):
    """Types commands at the prompt, and ends at the prompt that comes after the last."""
    steps = ['wait "Hit any key"', 'type "\\n"']
    for command in commands:
        steps += [f'wait "{PROMPT}"', f'type "{command}\\n"']
    return "\n".join([*steps, f'wait "{PROMPT}"', "end", ""])


class Machine:
    def __init__(self, doorbell, guest, folder):
        self.doorbell, self.guest, self.folder = doorbell, guest, folder
        self.runs = 0

    def boot(self, commands, options):
        """The console of a run in which these commands were typed."""
        self.runs += 1
        console, typed = self.folder / f"console{self.runs}", self.folder / f"script{self.runs}"
        typed.write_text(script(commands))
        run = subprocess.run(
            [self.doorbell, "run", "--bios", self.guest / "u-boot.bin", "--console", console, "--console-script", typed,
             *options],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        text = console.read_text(errors="replace") if console.exists() else ""
        if run.returncode != 0:
            sys.exit(f"{text}\nstatus {run.returncode}: {run.stderr.strip()}")
        return text


def expect(text, *expected):
    """All of these, in this order."""
    place = 0
    for part in expected:
        place = text.find(part, place)
        if place < 0:
            sys.exit(f"{text}\n\nexpected {part!r}, found none")


def boot_with_drive(machine):
    drive = machine.folder / "drive"
    drive.write_bytes(random.Random(1).randbytes(SECTORS * 512))
    text = machine.boot(
        ["pci", "nvme scan", "nvme info", f"nvme read 0x42000000 0 {SECTORS:#x}",
         f"crc32 0x42000000 {SECTORS * 512:#x}"], ["--drive", drive])
    expect(text, "bad CRC, using default environment", "00.01.00   0x1b36     0x0010     Mass storage controller",
           f"({SECTORS} x 512)", f"{SECTORS} blocks read: OK", f"==> {zlib.crc32(drive.read_bytes()):08x}")


def environment(variables):
    """As U-Boot keeps it: a CRC-32 of the rest, then texts that end with a zero each."""
    texts = b"".join(f"{name}={value}".encode() + b"\0" for name, value in variables.items())
    texts = texts.ljust(ENVIRONMENT_SIZE - 4, b"\0")
    return zlib.crc32(texts).to_bytes(4, "little") + texts


def boot_with_flash(machine):
    flash = machine.folder / "flash"
    with flash.open("wb") as file:
        file.write(environment({"bootcmd": "true", "bootdelay": 2, "kept": "in the flash"}))
        file.truncate(64 << 20)
    text = machine.boot(["echo it was $kept"], ["--flash", flash])
    expect(text, "Loading Environment from Flash... OK", "it was in the flash")


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    doorbell, guest = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    if not (guest / "u-boot.bin").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found no u-boot.bin")
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(doorbell, guest, Path(folder))
        boot_with_drive(machine)
        boot_with_flash(machine)


if __name__ == "__main__":
    main(sys.argv[1:])
