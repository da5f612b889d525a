"""What `scripts/coverage` makes of clang's counts: which files, which lines, and when it isn't enough."""

import contextlib
import importlib.machinery
import importlib.util
import io
import unittest
from pathlib import Path
from unittest import mock

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "coverage"
LOADER = importlib.machinery.SourceFileLoader("coverage", str(SCRIPT))
coverage = importlib.util.module_from_spec(importlib.util.spec_from_loader("coverage", LOADER))
LOADER.exec_module(coverage)

LCOV = """SF:/there/models/doorbell/smmu/arch/walk.cpp
DA:1,7
DA:2,0
DA:3,0
DA:5,0
BRDA:5,0,0,1
end_of_record
SF:/there/models/doorbell/smmu/walk.cpp
DA:1,0
end_of_record
SF:../../models/doorbell/smmu/arch/fault.h
DA:9,0
end_of_record
SF:../../models/doorbell/smmu/arch/fault.h
DA:9,4
DA:9,0
end_of_record
"""
FOLDER = "models/doorbell/smmu/arch/"


class Coverage(unittest.TestCase):
    def test_counts_are_of_the_folder_alone(self):
        self.assertEqual(coverage.counts_of(LCOV, FOLDER),
                         {FOLDER + "walk.cpp": {1: 7, 2: 0, 3: 0, 5: 0}, FOLDER + "fault.h": {9: 4}})

    def test_ranges(self):
        for numbers, shown in (([], ""), ([4], "4"), ([7, 1, 3, 2], "1-3,7"), ([1, 3], "1,3")):
            self.assertEqual(coverage.ranges(numbers), shown)

    def test_a_row_says_what_is_not_run(self):
        rows, percent = coverage.table(coverage.counts_of(LCOV, FOLDER))
        self.assertEqual([row.split() for row in rows], [
            [FOLDER + "fault.h", "1", "100.0", "%"], [FOLDER + "walk.cpp", "4", "25.0", "%", "2-3,5"],
            ["lines,", "and", "the", "share", "that", "is", "run", "5", "40.0", "%"]])
        self.assertEqual(percent, 40)

    def test_nothing_found_is_nothing_run(self):
        self.assertEqual(coverage.table({})[1], 0)

    def test_tests_are_those_without_systemc(self):
        self.assertEqual(coverage.unit_tests("smmu"), ["smmu_arch_test"])
        self.assertEqual(coverage.unit_tests("core"), ["core_unit_test"])

    def test_status_says_whether_it_is_enough(self):
        for arguments, status in ((["smmu"], 0), (["smmu", "40"], 0), (["smmu", "40.1"], 1)):
            printed, complained = io.StringIO(), io.StringIO()
            with mock.patch.object(coverage, "measure", lambda block: coverage.counts_of(LCOV, FOLDER)), \
                 mock.patch.object(coverage.subprocess, "run"), \
                 contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
                self.assertEqual(coverage.main(arguments), status)
            self.assertEqual(complained.getvalue(), "smmu: expected 40.1 %, found 40.0 %\n" if status else "")


if __name__ == "__main__":
    unittest.main()
