"""tidy.py BUILD_DIRECTORY [NUMBER]: clang-tidy over NUMBER of the sources in arch/ (all of them without it).

Which ones they are depends on the files' names alone, so a fresh clone and a developer see the same sample.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Of the build's compiler alone; clang knows neither, nor its precompiled headers.
FOREIGN_FLAGS = {"-Winvalid-pch", "-Wno-restrict", "-fno-lto"}
FOREIGN_STARTS = ("-fprofile-", "--param", "-fno-var-tracking")


def own_command(entry):
    """The compile command of an entry without what only the build's compiler understands."""
    words = iter(shlex.split(entry["command"]))
    kept = []
    for word in words:
        if word == "-include":
            header = next(words)
            if "cmake_pch" not in header:
                kept += [word, header]
        elif word not in FOREIGN_FLAGS and not word.startswith(FOREIGN_STARTS):
            kept.append(word)
    return {**entry, "command": shlex.join(kept)}


def sources_in_arch(build):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return {entry["file"]: own_command(entry) for entry in entries
            if "/models/doorbell/" in entry["file"] and "/arch/" in entry["file"]}


def sample(files, number):
    """NUMBER of the files, by a hash of what follows models/ in their names."""
    def draw(file):
        return hashlib.sha256(file.rpartition("/models/")[2].encode()).hexdigest()
    return sorted(sorted(files, key=draw)[:number])


def complaints(database, file):
    """What clang-tidy has to say about a file, or nothing."""
    done = subprocess.run(["clang-tidy", "-p", database, "--quiet", file], capture_output=True, text=True, check=False)
    return f"{file}\n{done.stdout}{done.stderr}" if done.returncode != 0 else ""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    commands = sources_in_arch(Path(sys.argv[1]))
    files = sample(commands, int(sys.argv[2]) if len(sys.argv) == 3 else len(commands))
    if not files:
        sys.exit(f"{sys.argv[1]}: no sources in arch/")
    with tempfile.TemporaryDirectory() as database:
        Path(database, "compile_commands.json").write_text(json.dumps([commands[file] for file in files]), encoding="utf-8")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = [text for text in pool.map(lambda file: complaints(database, file), files) if text]
    print("\n".join(found))
    if found:
        sys.exit(f"clang-tidy has something to say about {len(found)} of {len(files)} files")
    print(f"clang-tidy has nothing to say about {len(files)} of {len(commands)} files")


if __name__ == "__main__":
    main()
