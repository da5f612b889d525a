"""What the tasks of tests/tasks share: commands, and answers that must be right."""

import subprocess
import sys


def run(*command, status=0, folder=None):
    """Runs a command that must end with `status`; returns what it printed."""
    done = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != status:
        sys.exit(f"expected status {status}, found {done.returncode} of: {' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def expect(right, *what):
    """The answer must be right; `what` says which it is, and what was found."""
    if not right:
        sys.exit("\n".join(map(str, what)))
