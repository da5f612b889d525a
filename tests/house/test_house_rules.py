"""Each rule of the house fires on a tree that breaks it, at the right line, and stays silent on one that keeps it."""

import tempfile
import unittest
from pathlib import Path

from house_rules import LONGEST_FILE, RULES, Tree

GOOD_HEADER = "#pragma once\n/// What it is.\n"


def violations(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(rule(Tree(root)))


class HouseRules(unittest.TestCase):
    def expect(self, rule, files, *starts):
        found = violations(RULES[rule], files)
        self.assertEqual(len(found), len(starts), found)
        for line, start in zip(found, starts):
            self.assertTrue(line.startswith(start), f"{line!r} does not start with {start!r}")

    def test_arch_includes_systemc(self):
        self.expect("arch_without_systemc", {"models/doorbell/smmu/arch/walk.cpp": "\n#include <systemc>\n"},
                    "models/doorbell/smmu/arch/walk.cpp:2:")

    def test_arch_includes_systemc_through_a_header(self):
        self.expect("arch_without_systemc",
                    {"models/doorbell/smmu/arch/walk.h": '#include "doorbell/core/task.h"\n',
                     "models/doorbell/core/task.h": "#include <tlm>\n"},
                    "models/doorbell/smmu/arch/walk.h:1: arch/ includes SystemC: doorbell/core/task.h -> tlm")

    def test_modules_may_include_systemc(self):
        self.expect("arch_without_systemc",
                    {"models/doorbell/smmu/tbu.h": "#include <systemc>\n",
                     "models/doorbell/smmu/arch/a.h": '#include "doorbell/smmu/arch/b.h"\n#include <vector>\n',
                     "models/doorbell/smmu/arch/b.h": '#include "doorbell/smmu/arch/a.h"\n'})

    def test_block_includes_another(self):
        self.expect("blocks_know_only_core",
                    {"models/doorbell/smmu/tbu.h": '#include "doorbell/core/a.h"\n#include "doorbell/gic/its.h"\n'},
                    "models/doorbell/smmu/tbu.h:2:")

    def test_core_includes_a_block(self):
        self.expect("blocks_know_only_core", {"models/doorbell/core/a.h": '#include "doorbell/gic/its.h"\n'},
                    "models/doorbell/core/a.h:1:")

    def test_block_includes_by_relative_path(self):
        self.expect("blocks_know_only_core", {"models/doorbell/smmu/tbu.h": '#include "../gic/its.h"\n'},
                    "models/doorbell/smmu/tbu.h:1:")

    def test_platforms_include_all_blocks(self):
        self.expect("blocks_know_only_core",
                    {"platforms/builder.cpp": '#include "doorbell/smmu/tbu.h"\n#include "doorbell/gic/its.h"\n'})

    def test_long_file(self):
        self.expect("files_are_short", {"models/doorbell/a/long.cpp": "\n" * (LONGEST_FILE + 1)}, "models/doorbell/a/long.cpp: 501")
        self.expect("files_are_short", {"models/doorbell/a/just.cpp": "\n" * LONGEST_FILE})

    def test_unfinished(self):
        word = "TO" + "DO"
        self.expect("nothing_unfinished", {"sw/a.c": f"int a;\n// {word}: more\n", "scripts/b": f"# {word}\n"},
                    "scripts/b:1:", "sw/a.c:2:")

    def test_machine_path(self):
        self.expect("no_machine_paths", {"README.md": "See /ho" + "me/ann/x and\n", "b.md": "a/work/b ./home/x\n"},
                    "README.md:1:")

    def test_header_without_guard_or_docstring(self):
        self.expect("headers_are_manuals",
                    {"models/doorbell/a/bare.h": "int a;\n", "models/doorbell/a/good.h": GOOD_HEADER, "models/doorbell/a/x.cpp": "int a;\n"},
                    "models/doorbell/a/bare.h:1: no #pragma", "models/doorbell/a/bare.h:1: no docstring")

    def test_firmware_includes_models(self):
        self.expect("firmware_stands_alone",
                    {"sw/its.c": '#include <stdint.h>\n#include "doorbell/gic/its.h"\n'}, "sw/its.c:2:")

    def test_native_processors_are_below_the_firmware(self):
        self.expect("firmware_stands_alone",
                    {"sw/native/native.cpp": '#include "doorbell/cpu/native_processor.h"\n'})

    def test_libunicorn_outside_of_engines(self):
        self.expect("only_engines_know_their_library",
                    {"engines/unicorn/engine.h": "#include <unicorn/unicorn.h>\n",
                     "models/doorbell/cpu/a.h": "#pragma once\n#include <unicorn/arm64.h>\n"},
                    "models/doorbell/cpu/a.h:2:")

    def test_include_that_is_no_path(self):
        self.expect("includes_are_paths",
                    {"tests/gic/its_test.cpp": '#include "bench.h"\n#include "tests/gic/bench.h"\n#include <bench.h>\n',
                     "tests/gic/bench.h": '#include "doorbell/gic/its.h"\n#include "platforms/version.h"\n',
                     "models/doorbell/gic/its.h": ""},
                    "tests/gic/its_test.cpp:1: there is no bench.h")

    def test_binary_files_are_left_alone(self):
        with tempfile.TemporaryDirectory() as root:
            Path(root, "a.gz").write_bytes(b"\x1f\x8b\xff\xfe")
            for name, rule in RULES.items():
                self.assertEqual(list(rule(Tree(root))), [], name)


if __name__ == "__main__":
    unittest.main()
