"""Each rule for pages fires on a page that breaks it, at the right line, and stays silent on one that keeps it."""

import unittest

import docs_rules
import test_house_rules
from docs_rules import LONGEST_LINE


class DocsRules(unittest.TestCase):
    def expect(self, rule, files, *starts):
        found = test_house_rules.violations(docs_rules.RULES[rule], files)
        self.assertEqual(len(found), len(starts), found)
        for line, start in zip(found, starts):
            self.assertTrue(line.startswith(start), f"{line!r} does not start with {start!r}")

    def test_long_line(self):
        self.expect("lines_of_pages_are_short",
                    {"README.md": "\n" + "a" * (LONGEST_LINE + 1), "docs/b.md": "ä" * LONGEST_LINE},
                    "README.md:2: 121")

    def test_long_row_of_a_table(self):
        self.expect("lines_of_pages_are_short", {"README.md": "| " + "a" * LONGEST_LINE + " |"})

    def test_link_to_a_file(self):
        self.expect("links_lead_somewhere",
                    {"README.md": "[a](docs/a.md) ![b](docs/b.svg)\n[there](docs) [web](https://x.org/a)\n",
                     "docs/a.md": "[up](../README.md) [out](../../a.md)\n"},
                    "README.md:1: there is no docs/b.svg", "docs/a.md:1: there is no ../../a.md")

    def test_link_to_a_heading(self):
        self.expect("links_lead_somewhere",
                    {"README.md": "[a](docs/a.md#what-it-is-and-isnt) [b](docs/a.md#other) [c](#here)\n# Here\n",
                     "docs/a.md": "## What `it` is, and isn't\n```\n# other\n```\n"},
                    "README.md:1: docs/a.md has no heading #other")

    def test_no_link_in_code(self):
        self.expect("links_lead_somewhere", {"README.md": "`[a](b)`\n```\n[a](b)\n```\n"})

    def test_path(self):
        self.expect("paths_of_pages_exist",
                    {"README.md": "`sw/a.c` and `sw/b.c`, `sw`\n```\nsw/c.c and other/a.c\n```\n", "sw/a.c": ""},
                    "README.md:1: there is no sw/b.c", "README.md:3: there is no sw/c.c")

    def test_path_of_several(self):
        self.expect("paths_of_pages_exist",
                    {"README.md": "`sw/<block>/*.c` `sw/{gic,smmu}/a.c` `sw/.../a.c`\n", "sw/gic/a.c": ""},
                    "README.md:1: there is no sw/smmu/a.c")

    def test_source_without_its_folder(self):
        self.expect("paths_of_pages_exist",
                    {"README.md": "`a.c`, `gic/a.c`, `b.c`, `stats.json`\n", "sw/gic/a.c": ""},
                    "README.md:1: there is no b.c")

    def test_sources_of_others(self):
        self.expect("paths_of_pages_exist", {"README.md": "`<stdint.h>` and Linux `drivers/pci/probe.c`\n"})

    def test_name_of_code(self):
        self.expect("names_of_pages_exist",
                    {"README.md": "`Tlb::insert` and `Tlb::lookup`, `WalkCache`, `std::map`, `CMD_SYNC`, `Tlb`\n",
                     "models/doorbell/smmu/tlb.h": "class Tlb { void insert(std::map<int, int>); };"},
                    "README.md:1: Tlb::lookup: no source knows lookup", "README.md:1: WalkCache: no source knows WalkCache")


if __name__ == "__main__":
    unittest.main()
