#!/usr/bin/python3
"""A range is a promise: every value that it admits runs, or ends with status 2 and one line that names the key.

ranges_test.py DOORBELL SOURCE_DIR tries both ends of the range of each parameter of the platform, and every choice.
DOORBELL_LONG=1 also tries the second endpoint and the second port, which are like the first."""
import os
import re
import sys

from platform_runs import TIME_LIMIT, Platform

NUMBERS = re.compile(r"(\S+) to (\S+?)(,.*)?$")
ALL_OF_64_BITS = ("0", "18446744073709551615")


def values(parameter):
    """What to try, in the words of `doorbell params`."""
    limits = parameter["range"]
    if not limits:
        return ALL_OF_64_BITS
    if " or " in limits:
        return limits.split(" or ")
    numbers = NUMBERS.match(limits)
    if not numbers:
        raise ValueError(f"{parameter['path']}: a range that this test can't read: {limits}")
    return numbers.group(1), numbers.group(2)


def settings(parameters, every):
    for parameter in parameters:
        path = parameter["path"]
        if not every and re.search(r"\.[1-9]\d*\.", path):
            continue
        for value in values(parameter):
            yield (f"{path}={value}",)


def keeps_promise(run):
    """Nothing, or what is wrong with it."""
    key = run.settings[0].split("=")[0]
    if run.status is None:
        return f"does not end within {TIME_LIMIT} s"
    if run.status == 0:
        return "not all went well" if "Not all went well" in run.output else None
    if run.status != 2:
        return f"status {run.status}: {run.errors.strip()}"
    if run.errors.count("\n") != 1 or key not in run.errors:
        return f"status 2 without a line that names it: {run.errors.strip()}"
    return None


def main():
    doorbell, source = sys.argv[1:3]
    platform = Platform(doorbell, source)
    every = os.environ.get("DOORBELL_LONG", "0") != "0"
    runs = platform.run_all(list(settings(platform.parameters(), every)))
    broken = 0
    for run in runs:
        if wrong := keeps_promise(run):
            print(f"{run.settings[0]}: {wrong}")
            broken += 1
    refused = sum(run.status == 2 for run in runs)
    print(f"{len(runs)} values tried: {len(runs) - refused - broken} run, {refused} are refused, {broken} are neither")
    return 0 if len(runs) >= 250 and broken == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
