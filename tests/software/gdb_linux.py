#!/usr/bin/env python3
"""gdb_linux.py DOORBELL GUEST: does gdb-multiarch debug Debian's kernel, unchanged, on two processors?

The address comes from the kernel's own /proc/kallsyms, by a boot without GDB; nokaslr keeps it. GDB breaks in the
timer's handler on both processors, steps, watches a word of its stack, writes a register and detaches: the boot then
ends as the one without, with the same bytes of console and statistics."""

import re
import sys
from pathlib import Path

from boot_linux import COMMAND_LINE, WRONG
from debugged import folders, gdb, missing, run_alone, waiting_run
from make_initrd import initrd

HANDLER = "arch_timer_handler_virt"
SCRIPT = f"""echo "init: $(nproc) processors"
grep ' {HANDLER}$' /proc/kallsyms
""".encode()
COMMANDS = """echo start\\n
info threads
hbreak *{handler} thread 1
continue
x/i $pc
stepi
stepi
delete
echo second\\n
break *{handler} thread 2
continue
print/x $pc
monitor translate {handler}
delete
echo watch\\n
watch -location *(unsigned long *) ($sp - 8)
continue
delete
echo write\\n
set $kept = $x16
set $x16 = 0x0123456789abcdef
print/x $x16
set $x16 = $kept
detach"""
EXPECTED = [
    r"^start$", r"^\* 1 +Thread 1 .*processor 0, on", r"^  2 +Thread 2 .*processor 1, off",
    r"^Thread 1 hit Breakpoint 1", r"=> {handler}:",
    r"^second$", r"^Thread 2 hit Breakpoint 2", r"= {handler}$",
    r"^0x[4-7][0-9a-f]{{7}}$",
    r"^watch$", r"Hardware watchpoint 3", r"^Old value = \d+$", r"^New value = \d+$",
    r"^write$", r"= 0x123456789abcdef$", r"detached\]$"]


def address_of(name, text):
    found = re.search(rf"^([0-9a-f]{{16}}) \w {name}$", text, re.MULTILINE)
    if not found:
        sys.exit(f"no {name} in /proc/kallsyms")
    return f"0x{found[1]}"


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    doorbell, guest = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    if not (guest / "complete").exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found nothing")
    with folders() as (without, with_gdb):
        ram_disk = without / "initrd"
        ram_disk.write_bytes(initrd(guest, SCRIPT))
        command = [doorbell, "run", "--set", "processors=2", "--kernel", guest / "Image", "--initrd", ram_disk,
                   "--append", COMMAND_LINE + " nokaslr"]
        alone = run_alone(command, without)
        text = alone.console.read_text(errors="replace").replace("\r", "")
        handler = address_of(HANDLER, text)
        with waiting_run(command, with_gdb) as (run, port):
            said = gdb(port, COMMANDS.format(handler=handler).splitlines())
        wrong = [*missing(said, [pattern.format(handler=handler) for pattern in EXPECTED]), *run.differences(alone)]
        wrong += [line for line in text.splitlines() if WRONG.search(line) and "Kernel command line" not in line]
        if alone.status != 0 or "init: 2 processors" not in text:
            wrong.append(f"without GDB: status {alone.status}")
    if wrong:
        sys.exit("\n".join([said, *wrong]))


if __name__ == "__main__":
    main(sys.argv[1:])
