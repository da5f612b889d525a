#!/usr/bin/env python3
"""make_initrd.py GUEST SCRIPT OUT: an initial RAM disk of what scripts/guest-packages got.

/init mounts what a shell needs, runs SCRIPT with busybox, and powers off. The modules that the NVMe driver needs are in
/modules. The same inputs give the same bytes: a newc archive (initramfs buffer format of the kernel) without times."""

import sys
from pathlib import Path

# What nvme.ko needs, in the order in which it can be loaded: the package has no modules.dep.
MODULES = ["crct10dif_common", "crc-t10dif", "crc64", "crc64-rocksoft", "t10-pi", "nvme-core", "nvme"]
TOOLS = ["sh", "mount", "insmod", "rmmod", "cat", "echo", "dd", "sha256sum", "taskset", "poweroff", "sleep", "ls",
         "grep", "seq", "dmesg", "nproc", "sync"]
INIT = """#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
. /script
poweroff -f
"""
DIRECTORY, FILE, LINK, CHARACTER = 0o040755, 0o100755, 0o120777, 0o020600


class Archive:
    def __init__(self):
        self.parts = []
        self.number = 0

    def add(self, name, mode, contents=b"", device=(0, 0)):
        self.number += 1
        fields = [self.number, mode, 0, 0, 1, 0, len(contents), 0, 0, *device, len(name) + 1, 0]
        self.parts.append(b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0")
        self.pad()
        self.parts.append(contents)
        self.pad()

    def pad(self):
        self.parts.append(b"\0" * (-sum(len(part) for part in self.parts) % 4))

    def bytes(self):
        self.add("TRAILER!!!", 0)
        return b"".join(self.parts)


def module_files(guest):
    found = {path.stem: path for path in (guest / "modules").resolve().rglob("*.ko")}
    return [(name, found[name]) for name in MODULES if name in found]


def initrd(guest, script):
    archive = Archive()
    for directory in ("bin", "dev", "proc", "sys", "tmp", "modules"):
        archive.add(directory, DIRECTORY)
    archive.add("dev/console", CHARACTER, device=(5, 1))
    archive.add("bin/busybox", FILE, (guest / "busybox").read_bytes())
    for tool in TOOLS:
        archive.add("bin/" + tool, LINK, b"busybox")
    for name, path in module_files(guest):
        archive.add(f"modules/{name}.ko", FILE, path.read_bytes())
    archive.add("script", FILE, script)
    archive.add("init", FILE, INIT.encode())
    return archive.bytes()


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    guest, script, out = map(Path, arguments)
    out.write_bytes(initrd(guest, script.read_bytes()))


if __name__ == "__main__":
    main(sys.argv[1:])
