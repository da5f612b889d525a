"""A run of Doorbell with GDB at it, and one without."""

import re
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

# Of GDB and of the machine: a net only.
PATIENCE = 400


class Run:
    """What a run leaves behind: status, output, console, statistics."""

    def __init__(self, folder):
        self.console, self.statistics = folder / "console", folder / "statistics.json"
        self.status, self.output = None, None

    def options(self):
        return ["--console", self.console, "--stats", self.statistics]

    def end(self, process):
        self.output = process.communicate(timeout=PATIENCE)[0]
        self.status = process.returncode

    def differences(self, other):
        if self.status != other.status:
            yield f"status {other.status} without GDB, {self.status} with"
        if self.output != other.output:
            yield "another output"
        for name in ("console", "statistics"):
            mine, theirs = (getattr(run, name).read_bytes() for run in (self, other))
            if mine != theirs:
                yield f"{name}: other bytes than without GDB"
                yield from first_difference(theirs.splitlines(), mine.splitlines())


def first_difference(theirs, mine):
    for i, (a, b) in enumerate(zip(theirs, mine, strict=False)):
        if a != b:
            return [f"line {i + 1}, without: {a!r}", f"line {i + 1}, with: {b!r}"]
    return [f"{len(theirs)} lines without, {len(mine)} with"]


@contextmanager
def folders():
    """Two, of a run without GDB and of one with."""
    with tempfile.TemporaryDirectory() as name:
        paths = Path(name) / "without", Path(name) / "with"
        for path in paths:
            path.mkdir()
        yield paths


def run_alone(command, folder):
    run = Run(folder)
    with subprocess.Popen([*command, *run.options()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL) as process:
        run.end(process)
    return run


@contextmanager
def waiting_run(command, folder):
    """A run that waits for GDB: (run, port). It is over, or killed, behind the block."""
    run = Run(folder)
    with subprocess.Popen([*command, *run.options(), "--gdb", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL) as process:
        try:
            said = process.stderr.readline().decode()
            port = re.fullmatch(r"gdb: waiting for it at 127\.0\.0\.1:(\d+)\n", said)
            if not port:
                raise RuntimeError(f"no port in {said!r}{process.stderr.read().decode()!r}")
            yield run, int(port[1])
            run.end(process)
        finally:
            process.kill()


def gdb(port, commands, *files):
    """What GDB prints for these commands."""
    script = ["set confirm off", "set pagination off", "set style enabled off", "set remotetimeout 60",
              f"target remote 127.0.0.1:{port}", *commands]
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
        file.write("\n".join(script) + "\n")
        file.flush()
        return subprocess.run(["gdb-multiarch", "-nx", "-batch", "-x", file.name, *files], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              timeout=PATIENCE).stdout


def missing(text, patterns):
    """Patterns that aren't found one behind the other."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.MULTILINE).search(text, at)
        if not found:
            yield f"not found behind what precedes it: {pattern}"
            return
        at = found.end()
