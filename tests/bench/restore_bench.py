#!/usr/bin/env python3
"""restore_bench.py DOORBELL CHECKPOINT [RUNS]: how long does a restored run take to its first character?

That is a little more than to its first instruction. Each run is ended there."""

import os
import statistics
import subprocess
import sys
import time


def first_character(doorbell, checkpoint):
    begin = time.monotonic()
    with subprocess.Popen([doorbell, "run", "--restore", checkpoint], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as run:
        if not os.read(run.stdout.fileno(), 1):
            sys.exit("the run ended before it printed anything")
        took = time.monotonic() - begin
        run.kill()
    return took


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    runs = int(arguments[2]) if len(arguments) == 3 else 5
    times = sorted(first_character(*arguments[:2]) for _ in range(runs))
    print(f"{runs} runs, to the first character: {times[0]:.3f} s at least, {statistics.median(times):.3f} s in the median")


if __name__ == "__main__":
    main(sys.argv[1:])
