"""check_house.py RULE DIRECTORY: prints each violation of a rule of the house; status 1 if there is one."""

import sys

import docs_rules
import house_rules
from house_rules import Tree

RULES = {**house_rules.RULES, **docs_rules.RULES}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in RULES:
        sys.exit(f"usage: check_house.py RULE DIRECTORY, where RULE is one of {', '.join(RULES)}")
    rule = RULES[sys.argv[1]]
    tree = Tree(sys.argv[2])
    if not tree.files:
        sys.exit(f"{sys.argv[2]}: no files")
    violations = list(rule(tree))
    for violation in violations:
        print(violation)
    if violations:
        sys.exit(f"{len(violations)} violation(s) of: {rule.__doc__}")
    print(f"{len(tree.files)} files keep: {rule.__doc__}")


if __name__ == "__main__":
    main()
