#!/usr/bin/env python3
"""How known_differences.py and random_programs.py judge: on lines that nobody printed."""

import unittest

import known_differences
import random_programs

ROWS = [
    {"name": "class", "cases": ["*"], "rewrite": {"events": [r"(1[0-3]:[rw])2", r"\g<1>0"]}},
    {"name": "flag", "cases": ["leaf.AF=0"], "words": {"events": ["12:.*", "-"], "cqe": ["4", "0"]}},
]


class Explain(unittest.TestCase):
    def explain(self, ours, theirs):
        return known_differences.explain(ours, theirs, ROWS)

    def test_equal_lines_need_no_row(self):
        self.assertEqual(self.explain("1.0 a b=1", "1.0 a b=1"), set())

    def test_a_word_without_a_row_is_not_explained(self):
        self.assertIsNone(self.explain("1.0 a b=1", "1.0 a b=2"))

    def test_a_row_explains_its_case_alone(self):
        self.assertEqual(self.explain("1.0 leaf.AF=0 cqe=4", "1.0 leaf.AF=0 cqe=0"), {"flag"})
        self.assertIsNone(self.explain("1.0 leaf.AF=1 cqe=4", "1.0 leaf.AF=1 cqe=0"))

    def test_a_row_explains_its_values_alone(self):
        self.assertIsNone(self.explain("1.0 leaf.AF=0 cqe=0", "1.0 leaf.AF=0 cqe=4"))
        self.assertIsNone(self.explain("1.0 leaf.AF=0 cqe=4", "1.0 leaf.AF=0 cqe=fatal"))

    def test_each_word_needs_its_row(self):
        self.assertIsNone(self.explain("1.0 leaf.AF=0 cqe=4 lpi=1@0", "1.0 leaf.AF=0 cqe=0 lpi=-"))

    def test_what_is_rewritten_must_be_equal_then(self):
        self.assertEqual(self.explain("1.0 a events=10:r2:5000", "1.0 a events=10:r0:5000"), {"class"})
        self.assertIsNone(self.explain("1.0 a events=10:r2:5000", "1.0 a events=10:r0:6000"))

    def test_a_word_more_or_another_place_is_not_explained(self):
        self.assertIsNone(self.explain("1.0 a", "1.0 a b=1"))
        self.assertIsNone(self.explain("1.0 a", "1.1 a"))
        self.assertIsNone(self.explain("1.0 a", "1.0 b"))

    def test_the_list_is_short_and_says_why(self):
        rows = known_differences.read()
        self.assertLessEqual(len(rows), 20)
        for row in rows:
            self.assertTrue(row["name"] and row["cases"] and row["reason"] and row["section"], row)
            self.assertTrue(row.get("words") or row.get("rewrite"), row)


class Judge(unittest.TestCase):
    def setUp(self):
        self.comparison = random_programs.Comparison(ROWS)

    def test_a_shorter_transcript_is_a_problem(self):
        self.comparison.compare("loose", ["1.0 a"], ["1.0 a", "PASS"])
        self.assertTrue(self.comparison.problems)

    def test_one_without_its_end_is_a_problem(self):
        self.comparison.compare("loose", ["1.0 a"], ["1.0 a"])
        self.assertTrue(self.comparison.problems)

    def test_both_timings_print_the_same(self):
        self.comparison.check_timings(["1.0 leaf.AF=0 cqe=4"], ["1.0 leaf.AF=0 cqe=0"])
        self.assertTrue(self.comparison.problems)

    def ends(self, *lines):
        self.comparison.steps = list(lines)
        random_programs.check_ends(self.comparison, len(lines))
        return len(self.comparison.problems)

    def test_programs_succeed_and_fault(self):
        self.assertEqual(self.ends("end seed=1 succeeded=10 faulted=1"), 0)

    def test_a_program_that_does_little_is_a_problem(self):
        self.assertEqual(self.ends("end seed=1 succeeded=9 faulted=1"), 1)

    def test_programs_without_faults_are_a_problem(self):
        self.assertEqual(self.ends(*["end seed=1 succeeded=10 faulted=1", "end seed=2 succeeded=10 faulted=0"]), 1)

    def test_counts_cases_commands_and_events(self):
        counts = random_programs.count(["program seed=1", "1.0 a events=10:r2:5000,4 with=INV,INV", "1.1 a events=-"])
        self.assertEqual((counts["a"], counts["with INV"], counts["event 10"], counts["event 4"]), (2, 2, 1, 1))

    def census(self, steps, often):
        self.comparison.steps = steps
        random_programs.check_census(self.comparison, {"cases": ["a"], "commands": [], "events": []}, often)
        return len(self.comparison.problems)

    def test_what_is_met_too_seldom_is_a_problem(self):
        self.assertEqual(self.census(["1.0 a", "1.1 a"], 2), 0)
        self.assertEqual(self.census(["1.0 a"], 2), 1)

    def test_what_is_met_and_not_named_is_a_problem(self):
        self.assertEqual(self.census(["1.0 a", "1.1 b"], 1), 1)

    def test_a_row_that_nothing_needs_is_a_problem(self):
        random_programs.check_rows(self.comparison)
        self.assertEqual(len(self.comparison.problems), 2)


if __name__ == "__main__":
    unittest.main()
