"""That each rule about mutants fires, and that a mutant comes to the verdict which it deserves."""

import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from pathlib import Path

import workshop
from executables import Executable
from mutants import HERE, BadMutants, Mutant, problems, read

SLIP = Mutant("a/bound", "a.cpp", "x <= y", "x < y", "the last one counts", (("a_test", "*"),))
FORM = "- {name: bound, file: a.cpp, replace: 'x <= y', by: 'x < y', breaks: the last one counts, tests: [%s]%s}\n"


def read_text(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.yaml")
        path.write_text(text, encoding="utf-8")
        return read(path)


class Format(unittest.TestCase):
    def test_a_mutant_is_read(self):
        self.assertEqual(read_text(FORM % ("a_test", "")), [SLIP])

    def test_tests_have_filters(self):
        self.assertEqual(read_text(FORM % ("a_test A.*:B.c, b_test", ""))[0].tests,
                         (("a_test", "A.*:B.c"), ("b_test", "*")))

    def test_what_is_no_mutant(self):
        for text in ("{}\n", "- 7\n", "- {name: x}\n", FORM % ("", ""), FORM % ("a_test", ", colour: red"),
                     FORM % ("a_test", ", survives: ''"), "- {\n", FORM % ("a_test", ", survives: 3"),
                     FORM % ("a_test", ", tests: [b_test]")):
            with self.assertRaises(BadMutants, msg=text):
                read_text(text)

    def test_nothing_may_take_the_place(self):
        text = (FORM % ("a_test", "")).replace("'x < y'", "''")
        self.assertEqual(read_text(text)[0].applied("a(x <= y);"), "a();")


class Standing(unittest.TestCase):
    def found(self, text, *mutants):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.cpp").write_text(text, encoding="utf-8")
            return list(problems(mutants or [SLIP], folder, {"a_test"}))

    def expect(self, found, *parts):
        self.assertEqual(len(found), len(parts), found)
        for line, part in zip(found, parts):
            self.assertIn(part, line)

    def test_it_stands(self):
        self.assertEqual(self.found("if (x <=\n      y) {"), [])

    def test_it_is_gone_or_not_alone(self):
        self.expect(self.found("x < y"), "0 times")
        self.expect(self.found("x <= y || x <= y"), "2 times")

    def test_no_such_file(self):
        self.expect(self.found("", Mutant(**{**vars(SLIP), "file": "b.cpp"})), "there is no b.cpp")

    def test_two_of_a_name(self):
        self.expect(self.found("x <= y", SLIP, SLIP), "two of this name")

    def test_no_such_executable(self):
        self.expect(self.found("x <= y", Mutant(**{**vars(SLIP), "tests": (("b_test", "*"),)})), "no test executable b_test")

    def test_nothing_changes(self):
        self.expect(self.found("x <= y", Mutant(**{**vars(SLIP), "by": "x <= y"})), "changes nothing")


# Stands for a test executable: it knows two tests, of which one holds while a.cpp has its <=.
PROGRAM = f"""#!{sys.executable}
import sys, time
text = open("%s").read()
arguments = dict(one.split("=", 1) if "=" in one else (one, "") for one in sys.argv[1:])
if "--gtest_list_tests" in arguments:
    print("A.\\n  holds\\n  fails  # GetParam() = 1\\n  DISABLED_other")
    sys.exit(0)
if arguments["--gtest_filter"] == "A.holds":
    sys.exit(0)
if "while" in text:
    time.sleep(60)
print("[ RUN      ] A.fails")
if "<=" not in text:
    print("[  FAILED  ] A.fails (0 ms)")
    sys.exit(1)
"""


class Bench(workshop.Workshop):
    """A workshop in which building is reading: a text with `?` compiles not."""

    def __init__(self, folder, label):
        super().__init__(folder, folder)
        self.tree.mkdir()
        self.label = label
        (self.tree / "a.cpp").write_text("x <= y", encoding="utf-8")
        self.program = Path(folder, "a_test")
        self.program.write_text(PROGRAM % (self.tree / "a.cpp"), encoding="utf-8")
        self.program.chmod(0o755)

    def build_targets(self, targets):
        broken = "?" in (self.tree / "a.cpp").read_text(encoding="utf-8")
        return (1, "a.cpp:1: error: ?\n") if broken else (0, "")

    def executables(self):
        return {"a_test": Executable("a_test", self.label, str(self.program))}


class Verdicts(unittest.TestCase):
    def verdict(self, by, tests=(("a_test", "*"),), label="block"):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(folder, label)
            self.assertEqual(bench.baseline(tests), [])
            bench._baseline = {test: 2 for test in tests}
            found = bench.try_mutant(Mutant(**{**vars(SLIP), "by": by, "tests": tests}))
            self.assertEqual((bench.tree / "a.cpp").read_text(encoding="utf-8"), "x <= y")
            return found

    def test_killed(self):
        self.assertEqual(self.verdict("x < y"), ("killed", "a_test A.fails"))
        self.assertEqual(self.verdict("x < y", label="unit"), ("killed", "a_test A.fails"))

    def test_survived(self):
        self.assertEqual(self.verdict("y <= x"), ("survived", ""))

    def test_timed_out(self):
        self.assertEqual(self.verdict("while <= y"), ("timed out", "a_test A.fails"))

    def test_does_not_compile(self):
        self.assertEqual(self.verdict("x ? y"), ("does not compile", "a.cpp:1: error: ?"))

    def test_a_test_that_fails_anyway_kills_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(folder, "unit")
            (bench.tree / "a.cpp").write_text("x < y", encoding="utf-8")
            self.assertEqual(bench.baseline([("a_test", "*")]), ["a_test A.fails: fails without any mutant"])


class Conclusion(unittest.TestCase):
    runner = SourceFileLoader("run_mutants", str(HERE / "run")).load_module()

    def test_what_is_wrong(self):
        excused = Mutant(**{**vars(SLIP), "survives": "it is the same"})
        for verdict, plain, with_reason in (("killed", False, True), ("timed out", False, True), ("survived", True, False),
                                            ("not found", True, True), ("does not compile", True, True),
                                            ("not tried", True, True)):
            self.assertEqual(self.runner.is_wrong(SLIP, verdict), plain, verdict)
            self.assertEqual(self.runner.is_wrong(excused, verdict), with_reason, verdict)


if __name__ == "__main__":
    unittest.main()
