"""A copy of the tree in which mutants are built and tried: nobody's own sources are touched."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from executables import cases, failure, read_executables, timed
from mutants import HERE

sys.path.insert(0, str(HERE.parent / "house"))
from house_rules import Tree  # noqa: E402

PRESET = "mutants"
SHORTEST_TIMEOUT = 30  # seconds


class Workshop:
    """One copy with a build folder of its own (preset `mutants`). Every step leaves it as the tree is."""

    def __init__(self, folder, source):
        self.source = Path(source)
        self.tree = Path(folder) / "tree"
        self.build = self.tree / "build" / PRESET
        self._baseline = {}  # (executable, filter) -> seconds that one process may take

    def prepare(self):
        """Makes the copy what the tree is now. Files that are the same keep their time, so that little is built."""
        files = [name for name in Tree(self.source).files if not name.startswith("build/")]
        for name in files:
            self._copy(name)
        for name in self._copied() - set(files):
            (self.tree / name).unlink()
        status, output = self._run(["cmake", "--preset", PRESET])
        if status != 0:
            raise RuntimeError(f"the copy can't be configured: {last_lines(output)}")

    def _copied(self):
        """The files of the copy, without what was built."""
        names = set()
        for folder, folders, files in os.walk(self.tree):
            if Path(folder) == self.tree and "build" in folders:
                folders.remove("build")
            names.update(str(Path(folder, name).relative_to(self.tree)) for name in files)
        return names

    def _copy(self, name):
        path, copy = self.source / name, self.tree / name
        content = path.read_bytes()
        if not copy.is_file() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            shutil.copymode(path, copy)

    def _run(self, command):
        # The copies have different paths: ccache must not see them.
        environment = {**os.environ, "CCACHE_BASEDIR": str(self.tree), "CCACHE_NOHASHDIR": "1"}
        done = subprocess.run(command, cwd=self.tree, env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        return done.returncode, done.stdout

    def build_targets(self, targets):
        return self._run(["ninja", "-C", str(self.build), "--quiet", "-j1", *targets])

    def executables(self):
        return read_executables(self.build / "test_executables.txt")

    def baseline(self, tests):
        """Without any slip: builds and runs these (executable, filter), and remembers how long each takes.
        One line for each that fails or selects nothing."""
        status, output = self.build_targets(sorted({executable for executable, _ in tests}))
        if status != 0:
            return [f"the tree does not build: {last_lines(output)}"]
        found = []
        executables = self.executables()
        with tempfile.TemporaryDirectory() as folder:
            for name, gtest_filter in tests:
                if (name, gtest_filter) in self._baseline:
                    continue
                if not cases(executables[name], gtest_filter, folder):
                    found.append(f"{name} {gtest_filter}: selects no test")
                    continue
                outcome, seconds = timed(failure, executables[name], gtest_filter, 600, folder)
                self._baseline[name, gtest_filter] = SHORTEST_TIMEOUT + 10 * seconds
                if outcome.failed:
                    found.append(f"{outcome.failed}: fails without any mutant")
        return found

    def try_mutant(self, mutant):
        """(verdict, detail): `killed` by a test, `timed out`, `survived`, `not found`, or `does not compile`."""
        path = self.tree / mutant.file
        original = path.read_text(encoding="utf-8")
        changed = mutant.applied(original)
        if changed is None:
            return "not found", mutant.file
        path.write_text(changed, encoding="utf-8")
        try:
            return self._judge(mutant)
        finally:
            path.write_text(original, encoding="utf-8")

    def _judge(self, mutant):
        for name, gtest_filter in mutant.tests:
            status, output = self.build_targets([name])
            if status != 0:
                return "does not compile", last_lines(output)
            with tempfile.TemporaryDirectory() as folder:
                outcome = failure(self.executables()[name], gtest_filter, self._baseline[name, gtest_filter], folder)
            if outcome.failed:
                return ("timed out" if outcome.timed_out else "killed"), outcome.failed
        return "survived", ""


def last_lines(output):
    errors = [line for line in output.splitlines() if "error" in line.lower()]
    return " | ".join(errors[:3] or output.splitlines()[-3:])
