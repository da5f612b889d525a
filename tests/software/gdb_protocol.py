#!/usr/bin/env python3
"""gdb_protocol.py DOORBELL COUNTING_FIRMWARE FIRMWARE: what GDB's commands in batch can't show, over a bare socket.

Ctrl-C stops a machine that computes, and simulated time stands still until it goes on; it finds one that sleeps for
ever, which ends once GDB has gone; who is stuck can be looked at; kill ends the run; a connection that is lost, or
nonsense in it, harms nobody; the end of software is told; a port that can't be had is refused."""

import socket
import subprocess
import sys
import time

from debugged import folders, run_alone, waiting_run

SOFTWARE_FAILED, INTERRUPTED = 3, 130


class Wire:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.bytes = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def byte(self):
        if not self.bytes:
            self.bytes = self.socket.recv(4096)
            if not self.bytes:
                raise EOFError("the connection has ended")
        first, self.bytes = self.bytes[:1], self.bytes[1:]
        return first

    def answer(self):
        while self.byte() != b"$":
            pass
        payload = b""
        while (byte := self.byte()) != b"#":
            if byte == b"*":
                payload += payload[-1:] * (self.byte()[0] - 29)
            else:
                payload += byte
        self.byte()
        self.byte()
        self.send(b"+")
        return payload.decode()

    def ask(self, payload, answers=True):
        data = payload.encode()
        self.send(b"$%s#%02x" % (data, sum(data) & 0xff))
        return self.answer() if answers else None

    def monitor(self, command):
        return bytes.fromhex(self.ask("qRcmd," + command.encode().hex())).decode()


def interrupt_and_kill(command, folder):
    with waiting_run(command, folder) as (run, port):
        wire = Wire(port)
        assert wire.ask("?").startswith("T05thread:1;"), "where it starts"
        # At once: it is over in a moment of the host's time.
        wire.send(b"$c#63\x03")
        stop = wire.answer()
        assert stop.startswith("T02thread:"), stop
        before = wire.monitor("time")
        time.sleep(0.5)
        assert wire.monitor("time") == before, "simulated time goes on"
        assert before != "0 ps\n", before
        wire.ask("s", answers=False)
        stop = wire.answer()
        assert stop.startswith("T05thread:"), stop
        wire.ask("k", answers=False)
        wire.close()
    assert run.status == INTERRUPTED, run.status


def sleep_for_ever(command, folder):
    with waiting_run(command, folder) as (run, port):
        wire = Wire(port)
        pc = int.from_bytes(bytes.fromhex(wire.ask("p20")), "little")
        wire.ask(f"M{pc:x},8:7f2003d5ffffff17")  # WFI, and a branch to it
        wire.ask("vCont;c", answers=False)
        time.sleep(0.3)
        wire.send(b"\x03")
        stop = wire.answer()
        assert stop.startswith("T02thread:"), stop
        assert "0: in WFI" in wire.monitor("processors")
        assert wire.ask("D") == "OK"
        wire.close()
    assert run.status == SOFTWARE_FAILED, run.status


def get_stuck(command, folder):
    with waiting_run(command, folder) as (run, port):
        wire = Wire(port)
        pc = int.from_bytes(bytes.fromhex(wire.ask("p20")), "little")
        wire.ask(f"M{pc:x},4:00000000")  # UNDEFINED; so is what is at its vector, in an empty ROM
        wire.ask("vCont;c", answers=False)
        words = wire.answer()
        assert words.startswith("O") and "own vector" in bytes.fromhex(words[1:]).decode(), words
        assert wire.answer() == "T0bthread:1;"
        assert int.from_bytes(bytes.fromhex(wire.ask("p20")), "little") == 0x200
        wire.ask("vCont;c", answers=False)
        assert wire.answer() == f"W{SOFTWARE_FAILED:02x}"
        wire.close()
    assert run.status == SOFTWARE_FAILED, run.status


def vanish(command, folder, alone):
    with waiting_run(command, folder) as (run, port):
        wire = Wire(port)
        wire.send(b"$nonsense#00\x03}}$#$m0,ffffffffffffffffffffff#00")
        wire.ask("Z0,40200000,4")
        wire.close()
    assert not list(run.differences(alone)), list(run.differences(alone))


def see_the_end(command, folder, alone):
    with waiting_run(command, folder) as (run, port):
        wire = Wire(port)
        wire.ask("vCont;c", answers=False)
        assert wire.answer() == "W00"
        wire.close()
    assert not list(run.differences(alone)), list(run.differences(alone))


def refuse(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [str(taken.getsockname()[1]), "65536", "-1", "x", ""]
        for port in ports:
            run = subprocess.run([*command, "--gdb", port], check=False, capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, timeout=60)
            assert run.returncode == 2, (port, run)
            assert run.stdout == "", run
            assert run.stderr.count("\n") == 1, run
            assert "--gdb" in run.stderr, run


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    doorbell, counting, firmware = arguments
    with folders() as (without, with_gdb):
        interrupt_and_kill([doorbell, "run", "--set", "processors=1", "--set", "cpu.cycles_per_instruction=100000",
                            "--firmware", counting], with_gdb)
        command = [doorbell, "run", "--set", "processors=2", "--firmware", firmware]
        sleep_for_ever(command, with_gdb)
        get_stuck(command, with_gdb)
        alone = run_alone(command, without)
        vanish(command, with_gdb, alone)
        see_the_end(command, with_gdb, alone)
        refuse(command)


if __name__ == "__main__":
    main(sys.argv[1:])
