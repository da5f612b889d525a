"""What known_differences.yaml says of two lines that a firmware printed, here and on QEMU.

A line is words apart by blanks: where it stands, its case, and then names and `key=value`. Lines that aren't equal are
explained if each word that differs is, by a row of the line's case."""

import fnmatch
import re
from pathlib import Path

import yaml

PATH = Path(__file__).with_name("known_differences.yaml")


def read(path=PATH):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def key_of(word):
    return word.partition("=")[0]


def value_of(word):
    return word.partition("=")[2]


def of_case(rows, case):
    return [row for row in rows if any(fnmatch.fnmatchcase(case, pattern) for pattern in row["cases"])]


def explain_word(ours, theirs, rows):
    """The names of the rows that make these two words the same; None if none do."""
    key, used = key_of(ours), set()
    if key != key_of(theirs):
        return None
    ours, theirs = value_of(ours), value_of(theirs)
    for row in rows:
        if key in row.get("rewrite", {}):
            pattern, replacement = row["rewrite"][key]
            changed = re.sub(pattern, replacement, ours)
            if changed != ours:
                ours = changed
                used.add(row["name"])
    if ours == theirs:
        return used
    for row in rows:
        expected = row.get("words", {}).get(key)
        if expected and re.fullmatch(expected[0], ours) and re.fullmatch(expected[1], theirs):
            return used | {row["name"]}
    return None


def explain(ours, theirs, rows):
    """The names of the rows that explain how two lines differ, none if they don't; None if nothing explains it."""
    if ours == theirs:
        return set()
    our_words, their_words = ours.split(), theirs.split()
    if len(our_words) != len(their_words) or our_words[:2] != their_words[:2]:
        return None
    used = set()
    rows = of_case(rows, our_words[1])
    for our, their in zip(our_words[2:], their_words[2:]):
        if our == their:
            continue
        names = explain_word(our, their, rows)
        if names is None:
            return None
        used |= names
    return used
