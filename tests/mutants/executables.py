"""The test executables that the build lists, and how their tests are run."""

import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

MEMORY = 8 << 30  # bytes: a slip that allocates without end must not take the machine


@dataclass(frozen=True)
class Executable:
    """A GoogleTest program. SystemC elaborates once a process: only `unit` tests share one."""
    name: str
    label: str
    path: str

    @property
    def shares_process(self):
        return self.label == "unit"


@dataclass(frozen=True)
class Outcome:
    """What a run of tests came to: the first failure, or none."""
    failed: str = ""
    timed_out: bool = False
    ran: int = 0
    output: str = ""


def read_executables(listing):
    """name -> Executable, of the file that tests/mutants/CMakeLists.txt has CMake write."""
    lines = Path(listing).read_text(encoding="utf-8").splitlines()
    return {fields[0]: Executable(*fields) for fields in (line.split(" ", 2) for line in lines if line)}


def run(command, seconds, folder):
    """(status, output); status None if it took longer. The whole family of processes ends with it."""
    environment = {**os.environ, "TMPDIR": str(folder), "TEST_TMPDIR": str(folder)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True, text=True, errors="replace",
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
            status = process.returncode
        except subprocess.TimeoutExpired:
            output, status = "", None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return status, output


def cases(executable, gtest_filter, folder):
    """The names of its tests that a filter selects."""
    status, output = run([executable.path, "--gtest_list_tests", f"--gtest_filter={gtest_filter}"], 60, folder)
    if status != 0:
        raise RuntimeError(f"{executable.name} lists no tests: {output}")
    names, suite = [], ""
    for line in output.splitlines():
        name = line.split("#")[0].rstrip()
        if not line.startswith(" "):
            suite = name
        elif name:
            names.append(suite + name.strip())
    return [name for name in names if ".DISABLED_" not in name and not name.startswith("DISABLED_")]


def failure(executable, gtest_filter, seconds, folder):
    """Runs these tests up to the first that fails. `seconds` is what one process may take."""
    if executable.shares_process:
        return run_together(executable, gtest_filter, seconds, folder)
    names = cases(executable, gtest_filter, folder)
    for name in names:
        outcome = run_together(executable, name, seconds, folder)
        if outcome.failed:
            return outcome
    return Outcome(ran=len(names))


def run_together(executable, gtest_filter, seconds, folder):
    command = [executable.path, f"--gtest_filter={gtest_filter}", "--gtest_fail_fast", "--gtest_color=no"]
    status, output = run(command, seconds, folder)
    ran = [line.removeprefix("[ RUN      ]").strip() for line in output.splitlines() if line.startswith("[ RUN ")]
    if status == 0:
        return Outcome(ran=len(ran), output=output)
    failed = [line.split("]")[1].split("(")[0].strip(" ,") for line in output.splitlines()
              if line.startswith("[  FAILED  ]")]
    name = (failed or ran[-1:] or [gtest_filter])[0]
    return Outcome(f"{executable.name} {name}", status is None, len(ran), output)


def timed(function, *arguments):
    start = time.monotonic()
    return function(*arguments), time.monotonic() - start
