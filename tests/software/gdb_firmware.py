#!/usr/bin/env python3
"""gdb_firmware.py DOORBELL FIRMWARE loose|approximate: does gdb-multiarch debug a firmware on two processors?

FIRMWARE is processors_firmware.elf. GDB breaks in its handler on both processors, looks at frames, steps, watches a
variable, writes a register and detaches: the run then ends as one without GDB, with the same bytes of console, output
and statistics."""

import re
import sys

from debugged import folders, gdb, missing, run_alone, waiting_run

COMMANDS = [
    "echo start\\n", "info registers pc", "info threads",
    "watch turn", "continue", "delete",
    "echo first\\n", "break take", "continue", "backtrace", "info threads",
    "echo steps\\n", "stepi", "stepi", "print $pc == &take", "next",
    "echo writes\\n", "set $kept = $x20", "set $x20 = 0x1234567890abcdef", "print/x $x20", "set $x20 = $kept",
    "set $all = $v3", "set $v3.d.u[1] = 0xfedcba9876543210", "print/x $v3.d.u[1]", "set $v3 = $all",
    "set $old = turn", "set var turn = 9", "print turn", "set var turn = $old",
    "echo second\\n", "continue", "backtrace 1", "print $_thread",
    "echo monitor\\n", "monitor help", "monitor time", "monitor translate 40200000", "print/x $ESR_EL1",
    "echo sleeps\\n", "delete", "tbreak wait_for_interrupt", "continue",
    "while *(unsigned *) $pc != 0xd503207f", "stepi", "end",
    "set $wfi = $pc", "monitor time", "stepi", "print $pc - $wfi", "monitor time",
    "detach"]
EXPECTED = [
    r"^start$", r"^pc +0x40", r"^\* 1 +Thread 1 .*processor 0, on", r"^  2 +Thread 2 .*processor 1, off",
    r"Hardware watchpoint 1: turn", r"^Old value = 0$", r"^New value = 1$",
    r"^first$", r"^\[Switching to Thread 2\]$", r"^Thread 2 hit Breakpoint 2", r"^#0 +take ",
    r"^#1 +.* in interrupt ", r"^#2 .* in wait_for_turn ",
    r"^  1 +Thread 1 ", r"^\* 2 +Thread 2 .*processor 1, on",
    r"^steps$", r"= 0$",
    r"^writes$", r"= 0x1234567890abcdef$", r"= 0xfedcba9876543210$", r"= 9$",
    r"^second$", r"Thread 1\]$", r"^Thread 1 hit Breakpoint 2", r"^#0 +take ", r"= 1$",
    r"^monitor$", r"^translate ADDRESS", r"^\d+ ps$", r"^0x40200000$", r"= 0x",
    r"^sleeps$", r"^Thread 1 hit Temporary breakpoint", r"^\d+ ps$", r"= 4$", r"^\d+ ps$",
    r"^\[Inferior 1 .* detached\]$"]


MILLISECOND = 10**9


def slept(text):
    """The firmware sleeps for a millisecond, and a step over WFI is as long."""
    times = [int(time) for time in re.findall(r"^(\d+) ps$", text, re.MULTILINE)]
    if len(times) < 2 or times[-1] - times[-2] < 0.9 * MILLISECOND:
        yield f"a step over WFI: times {times}"


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    doorbell, firmware, timing = arguments
    command = [doorbell, "run", "virt", "--set", "processors=2", "--firmware", firmware, "--timing", timing]
    with folders() as (without, with_gdb):
        alone = run_alone(command, without)
        with waiting_run(command, with_gdb) as (run, port):
            said = gdb(port, COMMANDS, firmware)
        wrong = [*missing(said, EXPECTED), *slept(said), *run.differences(alone)]
        if alone.status != 0 or b"PASS" not in alone.console.read_bytes():
            wrong.append(f"without GDB: status {alone.status}")
    if wrong:
        sys.exit("\n".join([said, *wrong]))


if __name__ == "__main__":
    main(sys.argv[1:])
