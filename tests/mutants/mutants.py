"""Mutants: slips that a developer could make, each with the tests that must notice it. docs/ci.md has their format."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

HERE = Path(__file__).parent
FEWEST = 150
NEEDED = ("name", "file", "replace", "by", "breaks", "tests")
OPTIONAL = ("survives",)


class BadMutants(Exception):
    """A file of mutants that can't be read."""


class Loader(yaml.SafeLoader):
    """YAML of which no key stands twice: of two `tests` the first would never be asked."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise yaml.constructor.ConstructorError(None, None, f"{', '.join(twice)} twice", node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class Mutant:
    """One slip: in `file`, `by` stands where `replace` stood, which breaks the rule `breaks`."""
    name: str
    file: str
    replace: str
    by: str
    breaks: str
    tests: tuple = field(default=())  # (executable, GoogleTest filter), in the order in which they are asked
    survives: str = ""  # why nothing can be seen of it

    def places(self, text):
        """Where `replace` stands in a text: how lines are broken and indented makes no difference."""
        words = [re.escape(word) for word in self.replace.split()]
        return [match.span() for match in re.finditer(r"\s+".join(words), text)]

    def applied(self, text):
        """The text with the slip, or None if what it replaces doesn't stand there exactly once."""
        places = self.places(text)
        if len(places) != 1:
            return None
        start, end = places[0]
        return text[:start] + self.by.strip() + text[end:]


def read(path):
    """The mutants of a file, named <file>/<name>. BadMutants if it isn't of the format."""
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except yaml.YAMLError as error:
        raise BadMutants(f"{path.name}: {error}") from error
    if not isinstance(entries, list):
        raise BadMutants(f"{path.name}: not a list of mutants")
    return [read_one(path, entry) for entry in entries]


def read_one(path, entry):
    where = f"{path.name}: {entry.get('name', '?') if isinstance(entry, dict) else entry}"
    if not isinstance(entry, dict):
        raise BadMutants(f"{where}: not a mutant")
    for key in NEEDED:
        if key not in entry:
            raise BadMutants(f"{where}: has no {key}")
    if unknown := sorted(set(entry) - set(NEEDED + OPTIONAL)):
        raise BadMutants(f"{where}: what is {', '.join(unknown)}?")
    for key, value in entry.items():
        if key == "tests":
            if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
                raise BadMutants(f"{where}: tests is a list of `executable` or `executable filter`")
        elif not isinstance(value, str) or (key != "by" and not value.strip()):
            raise BadMutants(f"{where}: {key} is not a text")
    tests = tuple((line.split() + ["*"])[0:2] for line in entry["tests"])
    return Mutant(**{**entry, "name": f"{path.stem}/{entry['name']}", "tests": tuple(map(tuple, tests))})


def read_all(folder=HERE):
    return [mutant for path in sorted(Path(folder).glob("*.yaml")) for mutant in read(path)]


def problems(mutants, root, executables):
    """What is wrong with mutants in the tree at `root`, whose test executables have these names. One line each."""
    names = set()
    for mutant in mutants:
        if mutant.name in names:
            yield f"{mutant.name}: there are two of this name"
        names.add(mutant.name)
        path = Path(root, mutant.file)
        if not path.is_file():
            yield f"{mutant.name}: there is no {mutant.file}"
        else:
            text = path.read_text(encoding="utf-8")
            if (count := len(mutant.places(text))) != 1:
                yield f"{mutant.name}: its text stands {count} times in {mutant.file}, not once"
            elif mutant.applied(text).split() == text.split():
                yield f"{mutant.name}: changes nothing"
        for executable, _ in mutant.tests:
            if executable not in executables:
                yield f"{mutant.name}: there is no test executable {executable}"
