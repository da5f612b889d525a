#!/usr/bin/env python3
"""boot_edk2.py DOORBELL GUEST: does Debian's EDK2 come up to its shell, find the drive and keep its variables?

GUEST is what scripts/guest-packages got. The shell shows a file that is in a FAT file system on the drive, and sets a
variable, which is there after a reset: the flash is a file."""

import subprocess
import sys

from typed_firmware import FLASH_BYTES, Firmware, expect, run_with

VARIABLE = "Kept -guid 0a1b2c3d-1122-3344-5566-778899aabbcc"
GREETING = "Greetings from the file system of the drive"


def make_drive(folder):
    drive = folder / "drive"
    with drive.open("wb") as file:
        file.truncate(4 << 20)
    (folder / "greeting.txt").write_text(GREETING + "\r\n")
    subprocess.run(["mformat", "-i", drive, "-v", "DRIVE", "::"], check=True)
    subprocess.run(["mcopy", "-i", drive, folder / "greeting.txt", "::"], check=True)
    return drive


def make_flash(folder):
    """Nothing was programmed into it."""
    flash = folder / "flash"
    with flash.open("wb") as file:
        for _ in range(FLASH_BYTES >> 20):
            file.write(b"\xff" * (1 << 20))
    return flash


def main(doorbell, file, folder):
    machine = Firmware(doorbell, file, folder, "startup.nsh", r"\r", "Shell> ")
    options = ["--drive", make_drive(folder), "--flash", make_flash(folder)]
    text = machine.boot(["map", r"type fs0:\\greeting.txt", f"setvar {VARIABLE} -nv -bs =S1234", "reset"], options)
    expect(text, "Shell> ", "FS0:", "NVMe", GREETING)
    expect(machine.boot([f"setvar {VARIABLE}"], options), "Shell> ", "Kept - 0004 Bytes", "31 32 33 34")


if __name__ == "__main__":
    run_with(main, __doc__, sys.argv[1:], "edk2.fd")
