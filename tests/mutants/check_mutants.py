"""check_mutants.py TREE EXECUTABLES: each mutant's text still stands where it says; status 1 if one's doesn't."""

import sys

from mutants import FEWEST, BadMutants, problems, read_all
from executables import read_executables


def main():
    root, listing = sys.argv[1:]
    try:
        mutants = read_all()
    except BadMutants as error:
        sys.exit(str(error))
    found = list(problems(mutants, root, read_executables(listing)))
    if len(mutants) < FEWEST:
        found.append(f"{len(mutants)} mutants, fewer than {FEWEST}")
    for line in found:
        print(line)
    if found:
        sys.exit("A mutant moves with the text that it changes: docs/ci.md")
    print(f"{len(mutants)} mutants stand")


if __name__ == "__main__":
    main()
