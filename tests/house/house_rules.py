"""The rules of the house that a script can see. Each rule takes a Tree and yields its violations, one line each."""

import re
import subprocess
from pathlib import Path

SOURCE_SUFFIXES = {".h", ".cpp", ".c", ".S"}
SCRIPT_SUFFIXES = {".py", ".sh", ".cmake"}
LONGEST_FILE = 500
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
SYSTEMC_HEADER = re.compile(r"^(systemc|tlm|sysc|sc_)")
# Spelt in halves, so that this file keeps its own rule.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE_PATH = re.compile(r"(^|[^\w.])/(wo" + r"rk|fa" + r"rm|home|root|Users)/")


class Tree:
    """The files of a source tree that are in git or could be added to it (all of them where there is no git)."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = sorted(self._list())

    def _list(self):
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "-c", f"safe.directory={self.root}", "ls-files", "-z", "--cached", "--others",
                 "--exclude-standard"],
                cwd=self.root, check=True, capture_output=True, text=True).stdout
            return [name for name in listed.split("\0") if name and (self.root / name).is_file()]
        return [str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()]

    def lines(self, name):
        """(line number, text) of a text file; nothing of a binary one."""
        try:
            text = (self.root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return []
        return list(enumerate(text.split("\n"), start=1))

    def sources(self, under=""):
        return [name for name in self.files
                if name.startswith(under) and Path(name).suffix in SOURCE_SUFFIXES]

    def includes(self, name):
        """(line number, header) of each #include."""
        return [(number, match.group(1)) for number, line in self.lines(name)
                if (match := INCLUDE.match(line))]

    def quoted_includes(self, name):
        """(line number, header) of each #include "header"."""
        return [(number, header) for number, header in self.includes(name)
                if f'"{header}"' in self.lines(name)[number - 1][1]]


def model_file(header):
    """The file in models/ that an include of "doorbell/..." means, or None."""
    return "models/" + header if header.startswith("doorbell/") else None


def arch_without_systemc(tree):
    """arch/ includes SystemC neither itself nor through other headers of the project."""
    for name in tree.sources("models/"):
        if "/arch/" not in name:
            continue
        for number, header in tree.includes(name):
            chain = path_to_systemc(tree, header, set())
            if chain:
                yield f"{name}:{number}: arch/ includes SystemC: {' -> '.join(chain)}"


def path_to_systemc(tree, header, seen):
    """The includes that lead from `header` to one of SystemC, or None."""
    if SYSTEMC_HEADER.match(header):
        return [header]
    name = model_file(header)
    if name is None or name in seen or not (tree.root / name).is_file():
        return None
    seen.add(name)
    for _, deeper in tree.includes(name):
        chain = path_to_systemc(tree, deeper, seen)
        if chain:
            return [header] + chain
    return None


def blocks_know_only_core(tree):
    """A block includes its own headers and core's, under their full names."""
    for name in tree.sources("models/"):
        own = name.split("/")[2]
        for number, header in tree.includes(name):
            if header.startswith(("../", "models/")):
                yield f'{name}:{number}: write "doorbell/<block>/..." for "{header}"'
            elif header.startswith("doorbell/") and header.split("/")[1] not in (own, "core"):
                yield f"{name}:{number}: models/doorbell/{own} includes another block's header: {header}"
            elif header.startswith("platforms/"):
                yield f"{name}:{number}: models/doorbell/{own} includes a platform's header: {header}"


def files_are_short(tree):
    """No source or script is longer than 500 lines."""
    for name in tree.files:
        if Path(name).suffix in SOURCE_SUFFIXES | SCRIPT_SUFFIXES:
            length = len(tree.lines(name)) - 1
            if length > LONGEST_FILE:
                yield f"{name}: {length} lines, more than {LONGEST_FILE}: is it about one thing?"


def nothing_unfinished(tree):
    """No source or script says that something is left to do."""
    for name in tree.files:
        if Path(name).suffix in SOURCE_SUFFIXES | SCRIPT_SUFFIXES or name.startswith(("scripts/", ".ci/")):
            for number, line in tree.lines(name):
                if match := UNFINISHED.search(line):
                    yield f"{name}:{number}: {match.group(1)}: finish it, or open an issue"


def no_machine_paths(tree):
    """No file names a directory of somebody's machine."""
    for name in tree.files:
        for number, line in tree.lines(name):
            if MACHINE_PATH.search(line):
                yield f"{name}:{number}: a path of one machine: {line.strip()[:80]}"


def headers_are_manuals(tree):
    """Each public header is included once and documents itself."""
    for name in tree.sources("models/"):
        if Path(name).suffix != ".h":
            continue
        lines = [line for _, line in tree.lines(name)]
        if "#pragma once" not in lines:
            yield f"{name}:1: no #pragma once"
        if not any(line.lstrip().startswith("///") for line in lines):
            yield f"{name}:1: no docstring (///)"


def firmware_stands_alone(tree):
    """sw/ knows the hardware by its registers, never by the models; only what it stands on in a native processor does."""
    for name in tree.sources("sw/"):
        if name.startswith("sw/native/"):
            continue
        for number, header in tree.includes(name):
            if header.startswith("doorbell/") or "models/" in header or SYSTEMC_HEADER.match(header):
                yield f"{name}:{number}: firmware includes a header of the models: {header}"


def only_engines_know_their_library(tree):
    """libunicorn is under another licence: what includes it is a plug-in in engines/."""
    for name in tree.sources():
        if name.startswith("engines/"):
            continue
        for number, header in tree.includes(name):
            if header.startswith("unicorn/"):
                yield f"{name}:{number}: includes a library's header that only engines/ may: {header}"


# Made by the build: from the project's version, from assembled programs.
GENERATED_HEADERS = {"platforms/version.h", "tests/engines/program_addresses.h"}
# Another project, built on the installed package alone.
OUTSIDE_PROJECT = "examples/"


def includes_are_paths(tree):
    """A quoted include is a path from the root of the tree, or from models/."""
    files = set(tree.files)
    for name in tree.sources():
        if name.startswith(OUTSIDE_PROJECT):
            continue
        for number, header in tree.quoted_includes(name):
            if header not in GENERATED_HEADERS and not {header, "models/" + header} & files:
                yield f"{name}:{number}: there is no {header} and no models/{header}"


RULES = {rule.__name__: rule for rule in (
    arch_without_systemc, blocks_know_only_core, files_are_short, nothing_unfinished, no_machine_paths,
    headers_are_manuals, firmware_stands_alone, only_engines_know_their_library, includes_are_paths)}
