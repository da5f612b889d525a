"""without_precompiled.py BUILD_DIRECTORY [NUMBER]: NUMBER of the sources (all of them without it) compile without
precompiled headers, as -DDOORBELL_PRECOMPILE_HEADERS=OFF has them: each includes what it uses.

Only those are asked that a build gives precompiled headers. Which ones they are depends on the files' names alone.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OF_PRECOMPILED = "cmake_pch"


def bare_command(command):
    """The command that only looks at the source, by itself; nothing when it has no precompiled headers."""
    words = iter(shlex.split(command))
    kept = []
    precompiled = False
    for word in words:
        if word in ("-include", "-o"):
            named = next(words)
            precompiled = precompiled or OF_PRECOMPILED in named
            if word == "-include" and OF_PRECOMPILED not in named:
                kept += [word, named]
        elif word != "-Winvalid-pch" and not word.startswith("-O"):
            kept.append(word)
    return [*kept, "-O0", "-fsyntax-only"] if precompiled else None


def sources(build):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    commands = {entry["file"]: (bare_command(entry["command"]), entry["directory"]) for entry in entries}
    return {file: found for file, found in commands.items() if found[0] and OF_PRECOMPILED not in file}


def sample(files, number):
    """NUMBER of the files, by a hash of their last three names."""
    def draw(file):
        return hashlib.sha256("/".join(Path(file).parts[-3:]).encode()).hexdigest()
    return sorted(sorted(files, key=draw)[:number])


def complaints(command, directory):
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    commands = sources(Path(sys.argv[1]))
    if not commands:
        print(f"{sys.argv[1]}: built without precompiled headers")
        return
    files = sample(commands, int(sys.argv[2]) if len(sys.argv) == 3 else len(commands))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(lambda file: complaints(*commands[file]), files) if text]
    print("\n".join(found))
    if found:
        sys.exit(f"{len(found)} of {len(files)} files don't compile without precompiled headers")
    print(f"{len(files)} of {len(commands)} files compile without precompiled headers")


if __name__ == "__main__":
    main()
