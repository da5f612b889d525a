#!/usr/bin/env python3
"""boot_u_boot.py DOORBELL GUEST: do Debian's U-Boot and its commands find the machine that they know?

GUEST is what scripts/guest-packages got. Without a flash file U-Boot comes up with its built-in environment, finds the
drive and reads from it what the host wrote. With one it uses the environment that is there, and its reset ends the
run."""

import random
import sys
import zlib

from typed_firmware import FLASH_BYTES, Firmware, expect, run_with

PROMPT = r"\n=> "  # crc32 prints an arrow of its own
SECTORS = 0x400
ENVIRONMENT_SIZE = 0x40000


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
        file.truncate(FLASH_BYTES)
    text = machine.boot(["echo it was $kept", "reset"], ["--flash", flash])
    expect(text, "Loading Environment from Flash... OK", "it was in the flash", "resetting ...")


def main(doorbell, file, folder):
    machine = Firmware(doorbell, file, folder, "Hit any key", r"\n", PROMPT)
    boot_with_drive(machine)
    boot_with_flash(machine)


if __name__ == "__main__":
    run_with(main, __doc__, sys.argv[1:], "u-boot.bin")
