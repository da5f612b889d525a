"""layout.py DIRECTORY: each C and C++ file that clang-format would lay out differently; status 1 if there is one."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from house_rules import SOURCE_SUFFIXES, Tree


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tree = Tree(sys.argv[1])
    files = [name for name in tree.files if Path(name).suffix in SOURCE_SUFFIXES - {".S"}]
    if not files:
        sys.exit(f"{sys.argv[1]}: no C or C++ files")
    version = subprocess.run(["clang-format", "--version"], check=True, capture_output=True, text=True).stdout
    if "version 14." not in version:
        sys.exit(f"Layout is what clang-format 14 makes of it, and this is {version.strip()}")

    def complaints(some):
        return subprocess.run(["clang-format", "--dry-run", "--Werror", *some], cwd=tree.root,
                              capture_output=True, text=True, check=False).stderr
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = "".join(pool.map(complaints, (files[start:start + 50] for start in range(0, len(files), 50))))
    if found:
        sys.exit(f"{found}\nclang-format -i lays them out")
    print(f"{len(files)} files are laid out as .clang-format says")


if __name__ == "__main__":
    main()
