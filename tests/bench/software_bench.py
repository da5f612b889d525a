#!/usr/bin/env python3
"""software_bench.py BUILD [GUEST]: how fast software on AArch64 processors runs, as tables for docs/performance.md.

BUILD has the targets software_bench and doorbell, GUEST is what scripts/guest-packages got. Each figure is of three runs
in turn with what it is compared with: user CPU time of the process, its median and its range; and the largest resident
memory, by GNU time. Nothing is asserted."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "software"))
from make_initrd import initrd  # noqa: E402

PAIRS = 3
# Turns of each loop: some tenths of a second each. The library alone takes long for a store.
TURNS = {"alu": 100_000_000, "loads": 50_000_000, "stores": 5_000_000, "svc": 2_000_000}
COMMAND_LINE = "console=ttyAMA0 panic=-1"


def measured(command):
    """User seconds and MiB of a process that must end well. GNU time starts it: a child of this process would begin with
    this one's own memory as its largest."""
    with tempfile.NamedTemporaryFile("r") as file:
        done = subprocess.run(["/usr/bin/time", "-f", "%U %M", "-o", file.name, *(str(word) for word in command)],
                              check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"status {done.returncode} of {command}")
        seconds, kibibytes = file.read().split()
    return float(seconds), int(kibibytes) / 1024


def spread(values, form="{:.2f}"):
    ordered = sorted(values)
    return f"{form.format(statistics.median(ordered))} ({form.format(ordered[0])} to {form.format(ordered[-1])})"


def loops(build):
    bench, engines = build / "tests/bench/guest/engine_bench", build / "engines/unicorn"

    def speed(engine, loop):
        done = subprocess.run([bench, engines / f"libdoorbell_engine_{engine}.so", loop, str(TURNS[loop])],
                              check=True, capture_output=True, text=True)
        seconds, instructions = done.stdout.split()
        return int(instructions) / float(seconds) / 1e6

    print("| loop | libunicorn, million instructions a second | the engine | ratio |\n|---|---|---|---|")
    for loop in TURNS:
        pairs = [(speed("bare", loop), speed("unicorn", loop)) for _ in range(PAIRS)]
        print(f"| {loop} | {spread([bare for bare, _ in pairs], '{:.0f}')} "
              f"| {spread([own for _, own in pairs], '{:.0f}')} | {spread([own / bare for bare, own in pairs])} |")


def firmware(build):
    print("\n| a million | user seconds, loose | approximate |\n|---|---|---|")
    for name, what in (("access", "reads of a device"), ("sleep", "WFI, each ended by the timer")):
        command = [build / "platforms/doorbell", "run", "--set", "processors=1", "--firmware",
                   build / f"tests/bench/guest/{name}_firmware.elf"]
        runs = [(measured(command)[0], measured([*command, "--timing", "approximate"])[0]) for _ in range(PAIRS)]
        print(f"| {what} | {spread([loose for loose, _ in runs])} | {spread([exact for _, exact in runs])} |")


def boots(build, guest, folder):
    ram_disk = folder / "initrd"
    ram_disk.write_bytes(initrd(guest, b"echo up\n"))
    ram = 512
    software = ["-kernel", guest / "Image", "-initrd", ram_disk, "-append", COMMAND_LINE]
    qemu = ["qemu-system-aarch64", "-M", "virt,gic-version=3,iommu=smmuv3", "-cpu", "cortex-a57", "-accel",
            "tcg,thread=single", "-smp", "1", "-m", str(ram), "-nic", "none", "-nographic", "-monitor", "none", "-no-reboot",
            *software]
    own = [build / "platforms/doorbell", "run", "--set", "processors=1", "--set", f"ram.size={ram * 1024}KiB",
           *(f"-{word}" if str(word).startswith("-") else word for word in software)]
    pairs = [(measured(qemu), measured(own)) for _ in range(PAIRS)]
    print("\n| boot of Linux to `/init` and off, one processor | user seconds | MiB resident, of 512 MiB of RAM |")
    print("|---|---|---|")
    for number, name in enumerate(("QEMU, `thread=single`", "`doorbell run`")):
        print(f"| {name} | {spread([pair[number][0] for pair in pairs])} "
              f"| {spread([pair[number][1] for pair in pairs], '{:.0f}')} |")
    print(f"| ratio | {spread([own_run[0] / other[0] for other, own_run in pairs])} | |")


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    build = Path(arguments[0]).resolve()
    loops(build)
    firmware(build)
    if len(arguments) == 2:
        with tempfile.TemporaryDirectory() as folder:
            boots(build, Path(arguments[1]).resolve(), Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
