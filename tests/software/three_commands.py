#!/usr/bin/env python3
"""three_commands.py DOORBELL GUEST: do the commands of docs/software.md boot Linux, as they stand there?

They run in a folder that looks like the tree, with GUEST as what scripts/guest-packages has got and somebody at the
shell. README.md must have the same ones."""

import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]


def commands(page, heading):
    """The first block of code behind a heading."""
    text = (TREE / page).read_text()
    return text.split(f"\n## {heading}\n", 1)[1].split("```\n", 2)[1]


def look_alike(folder, doorbell, guest):
    for name in ("scripts", "tests"):
        (folder / name).symlink_to(TREE / name)
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/platforms").symlink_to(doorbell.parent)
    (folder / "build/guest").symlink_to(guest)


def run(script, folder):
    """Status and console. What is typed before the shell asks for it is lost: Linux empties the UART's FIFO first."""
    with subprocess.Popen(["bash", "-ec", script], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as child:
        console = b""
        while b"/ # " not in console and (part := child.stdout.read1()):
            console += part
        rest, _ = child.communicate(b"echo $((6 * 7)) is the answer\nexit\n")
        return child.returncode, (console + rest).decode(errors="replace")


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    doorbell, guest = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    script = commands("docs/software.md", "Linux in three commands")
    if commands("README.md", "Run software") != script or len(script.splitlines()) != 3:
        sys.exit(f"expected these three commands in README.md as well:\n{script}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        look_alike(folder, doorbell, guest)
        status, console = run(script, folder)
    if status != 0 or "42 is the answer" not in console or "reboot: Power down" not in console:
        sys.exit(f"{console}\nstatus {status}: expected a shell that answers, and Linux to power down")


if __name__ == "__main__":
    main(sys.argv[1:])
