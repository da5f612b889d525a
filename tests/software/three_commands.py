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
        run = subprocess.run(["bash", "-ec", script], cwd=folder, check=False, capture_output=True,
                             input=b"echo $((6 * 7)) is the answer\nexit\n")
    console = run.stdout.decode(errors="replace")
    if run.returncode != 0 or "42 is the answer" not in console or "reboot: Power down" not in console:
        sys.exit(f"{console}\n{run.stderr.decode(errors='replace')}\nstatus {run.returncode}: "
                 "expected a shell that answers, and Linux to power down")


if __name__ == "__main__":
    main(sys.argv[1:])
