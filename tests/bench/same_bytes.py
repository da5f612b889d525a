"""same_bytes.py OLD NEW: do two builds simulate the same, to the byte?

OLD and NEW are build directories (with tests/bench/msi_bench and platforms/doorbell), or directories of results that
`same_bytes.py --record BUILD RESULTS` wrote. What is compared: all statistics and stages of msi_bench's workloads;
summary, statistics, Chrome trace and the slowest MSIs of each recording in traces/workloads, and of one of them on
each preset. A change that is to make the model faster, or tidier, leaves all of it as it is. Exits with 1 if not."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PLATFORM = SOURCE / "platforms/virt.yaml"
WORKLOADS = SOURCE / "traces/workloads"
PRESETS = SOURCE / "platforms/presets"
FOR_PRESETS = "nvme_rand"

BENCH = {
    "under_way_16": "--messages 20000",
    "one_at_a_time": "--messages 5000 --outstanding 1 --vectors 4",
    "functions_16": "--messages 20000 --functions 16 --vectors 1",
    "functions_64_misses": "--messages 20000 --functions 64 --outstanding 128",
    "endpoints_64": "--messages 10000 --functions 64 --endpoints 64 --vectors 1",
    "thrash": "--messages 5000 --functions 64 --vectors 1 --thrash",
    "spans": "--messages 5000 --journeys",
}


def statistics_of(file):
    """A statistics file without what names the build."""
    report = json.loads(file.read_text())
    for name in ("version", "model"):
        report.pop(name, None)
    return json.dumps(report, indent=1)


def bench(build, results, name, options):
    statistics = results / f"bench {name}"
    subprocess.run([build / "tests/bench/msi_bench", "--no-bare", "--statistics", statistics, *options.split()],
                   check=True, stdout=subprocess.DEVNULL)


def replay(build, results, name, recording, overlay=()):
    files = {what: results / f"run {name}: {what}" for what in ("summary", "statistics", "trace")}
    done = subprocess.run(
        [build / "platforms/doorbell", "run", PLATFORM, *overlay, "--workload", recording, "--slowest", "20",
         "--stats", files["statistics"], "--trace", files["trace"]],
        check=False, capture_output=True)
    files["summary"].write_bytes(b"status %d\n" % done.returncode + done.stdout)
    if files["statistics"].exists():
        files["statistics"].write_text(statistics_of(files["statistics"]))


def record(build, results):
    results.mkdir(parents=True, exist_ok=True)
    for name, options in BENCH.items():
        bench(build, results, name, options)
    for recording in sorted(WORKLOADS.glob("*.trace.gz")):
        replay(build, results, recording.name.split(".")[0], recording)
    for preset in sorted(PRESETS.glob("*.yaml")):
        replay(build, results, f"{FOR_PRESETS} on {preset.stem}", WORKLOADS / f"{FOR_PRESETS}.trace.gz",
               ("--with", preset))


def results_of(place, scratch):
    if not (place / "platforms/doorbell").exists():
        return place
    record(place, scratch)
    return scratch


def compare(old, new):
    names = sorted({file.name for place in (old, new) for file in place.iterdir()})
    different = 0
    for name in names:
        contents = [(place / name).read_bytes() if (place / name).exists() else None for place in (old, new)]
        if contents[0] == contents[1]:
            continue
        different += 1
        print(f"different: {name}")
        for line, (before, after) in enumerate(zip(*((c or b"").splitlines() for c in contents)), 1):
            if before != after:
                print(f"  line {line}: {before.decode()[:110]}\n  {'':{len(str(line)) + 4}}: {after.decode()[:110]}")
                break
    print(f"{len(names) - different} of {len(names)} results are the same")
    return different == 0 and len(names) != 0


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 3 and arguments[0] == "--record":
        record(Path(arguments[1]).resolve(), Path(arguments[2]).resolve())
        return 0
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        old, new = (results_of(Path(argument).resolve(), Path(scratch) / str(i))
                    for i, argument in enumerate(arguments))
        return 0 if compare(old, new) else 1


if __name__ == "__main__":
    sys.exit(main())
