"""integrator.py PREFIX SOURCE CXX GENERATOR: a SystemC engineer who wants one block, the GIC with its ITS, from a package.

Takes examples/gic as the beginning of a project of one's own, has its parameters read from YAML as docs/library.md
says, and asks what an ITS of 100 cycles more does: each MSI must take exactly that much longer in it, nothing before
it, and the package's command must say so from the model's own statistics. A mistyped parameter is one line."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from task import expect, run

FIXED = "const doorbell::gic::GicParameters parameters;"
READ = """struct Mine {
    doorbell::gic::GicParameters gic;
    void describe(doorbell::ParameterGroup& group) { group.group("gic", gic); }
  } mine;
  doorbell::ParameterTree tree(mine);
  try {
    doorbell::read_yaml_file(tree, argv[2]);
  } catch (const doorbell::InputError& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
  const doorbell::gic::GicParameters& parameters = mine.gic;"""
HEADERS = """#include <iostream>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
"""
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(Mine CXX)
find_package(Doorbell REQUIRED)
add_executable(mine mine.cpp)
target_include_directories(mine PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(mine PRIVATE doorbell::gic)
"""
MORE_CYCLES = 100
CYCLE = 1_000_000 // 1000  # ps, of the GIC's default clock of 1 GHz


def write_project(source, folder):
    """The example, with parameters from a file."""
    example = (source / "examples/gic/gic.cpp").read_text(encoding="utf-8")
    expect(example.count(FIXED) == 1, "the example's parameters are its defaults, in one line", FIXED)
    (folder / "mine.cpp").write_text(HEADERS + example.replace(FIXED, READ))
    (folder / "CMakeLists.txt").write_text(PROJECT)
    shutil.copytree(source / "examples/common", folder / "common")


def stage(folder, name, what):
    """Its distribution in a run's statistics."""
    statistics = json.loads((folder / f"{name}.json").read_text())
    return statistics["latency"]["total"]["stages"][what]["service"]


def main():
    prefix, source, compiler, generator = sys.argv[1:]
    doorbell = Path(prefix, "bin/doorbell")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(Path(source), folder)
        run("cmake", "-S", folder, "-B", folder / "build", "-G", generator, f"-DCMAKE_CXX_COMPILER={compiler}",
            f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", folder / "build")
        mine = folder / "build/mine"
        cycles = 8
        for variant, pipeline in (("base", cycles), ("slower", cycles + MORE_CYCLES)):
            (folder / f"{variant}.yaml").write_text(f"gic: {{its: {{pipeline_cycles: {pipeline}}}}}\n")
            run(mine, folder / f"{variant}.json", folder / f"{variant}.yaml")
        base, slower = (stage(folder, variant, "its") for variant in ("base", "slower"))
        expect(base["count"] == slower["count"] > 0 and slower["mean"] - base["mean"] == MORE_CYCLES * CYCLE
               and slower["min"] - base["min"] == MORE_CYCLES * CYCLE, "100 cycles of the ITS are 100 ns", base, slower)
        said = run(doorbell, "compare", folder / "base.json", folder / "slower.json", "--rows", "0", status=1)
        expect("latency.its.service.mean " in said and "+100 ns" in said, "the command says so", said)
        run(doorbell, "report", folder / "slower.json", "-o", folder / "slower.html")
        said = run(doorbell, "explain", folder / "slower.json")
        expect("slowest MSIs" in said and os.path.getsize(folder / "slower.html") > 0, "and explains it", said)

        (folder / "mistyped.yaml").write_text("gic:\n  its:\n    pipeline_cycle: 8\n")
        said = run(mine, folder / "none.json", folder / "mistyped.yaml", status=2)
        expect("mistyped.yaml:3: " in said and "pipeline_cycles" in said, "a mistake has its place", said)


if __name__ == "__main__":
    main()
