#!/usr/bin/env python3
"""A real Slurm cluster of one node, on loopback, in a folder of its own.

cluster.py DIRECTORY [--cpus N] [--max-array-size N] -- COMMAND...
    runs the command with SLURM_CONF set and ends with its status.
cluster.py DIRECTORY [--cpus N] [--max-array-size N]
    prints "ready", then obeys lines of standard input, each answered by "done": "kill DAEMON" (SIGKILL),
    "start DAEMON", where DAEMON is munged, slurmctld or slurmd, and "crash", which kills slurmd and all tasks, as
    when a machine loses its power. Ends with its input, so it can't outlive whoever started it.

It needs no init system and no network, and leaves a Slurm or munge of the system alone: key, sockets, ports, state,
spool and logs are its own. Clients find it by SLURM_CONF=DIRECTORY/slurm.conf. Whatever happens, the daemons and
everything that they started are gone at the end: this process adopts their orphans, and the daemons die with it.
"""

import argparse
import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
READY_SECONDS = 30
DAEMON_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")

# Intervals are as short as Slurm takes them: tests wait for them. LaunchParameters and InactiveLimit stay as they are.
CONFIGURATION = """\
ClusterName=doorbell
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=3
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MaxArraySize={max_array_size}
SlurmdTimeout=10
SlurmctldTimeout=10
MessageTimeout=2
BatchStartTimeout=1
KillWait=2
MinJobAge=30
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes=node Default=YES MaxTime=UNLIMITED State=UP
"""


def set_process_option(option, value):
    """prctl(2), which Python doesn't have."""
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def free_ports(count):
    """Ports of loopback that nobody has."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def descendants():
    """(process, its command) of all processes below this one, ourselves left out; zombies too."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        process = int(entry.name)
        names[process] = text[text.index("(") + 1:text.rindex(")")]
        parents[process] = int(text[text.rindex(")") + 2:].split()[1])
    below, found = {os.getpid()}, {os.getpid()}
    while found:
        found = {process for process, parent in parents.items() if parent in below} - below
        below |= found
    return [(process, names[process]) for process in sorted(below - {os.getpid()})]


def executable(name):
    path = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""),) + DAEMON_FOLDERS))
    if path is None:
        sys.exit(f"cluster.py: no {name}: install slurm-wlm and munge")
    return path


class Cluster:
    """The three daemons as children of this process."""

    def __init__(self, folder, cpus, max_array_size):
        self.folder = Path(folder).resolve()
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        self.running = {}
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "munge.key").write_bytes(os.urandom(128))
        (self.folder / "munge.key").chmod(0o600)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, host=socket.gethostname().split(".")[0], user=getpass.getuser(),
            ports=free_ports(2), cpus=cpus, max_array_size=max_array_size))

    def command(self, daemon):
        if daemon == "munged":
            return [executable(daemon), "--foreground", "--force", f"--key-file={self.folder}/munge.key",
                    f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munged.pid",
                    f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed"]
        return [executable(daemon), "-D"]

    def start(self, daemon):
        with open(self.folder / f"{daemon}.output", "ab") as output:
            self.running[daemon] = subprocess.Popen(
                self.command(daemon), env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.folder, preexec_fn=lambda: set_process_option(PR_SET_PDEATHSIG, signal.SIGKILL))

    def kill(self, daemon):
        process = self.running.pop(daemon)
        process.kill()
        process.wait()

    def crash(self):
        """Whatever runs on the node dies at once; controller and munged are other machines."""
        spared = {self.running[daemon].pid for daemon in ("slurmctld", "munged") if daemon in self.running}
        spared |= {process for process, name in descendants() if name.startswith("slurmscriptd")}
        self.running.pop("slurmd", None)
        for process, _ in descendants():
            if process not in spared:
                end_process(process)

    def reap_orphans(self, *_):
        """Slurm waits for the processes of a task to vanish: as the one who adopts them, do what init does."""
        ours = {process.pid for process in self.running.values()}
        for process, _ in descendants():
            if process not in ours:
                try:
                    os.waitpid(process, os.WNOHANG)
                except ChildProcessError:
                    pass

    def boot(self):
        self.start("munged")
        self.wait_for("munged", lambda: (self.folder / "munge.socket").exists())
        self.start("slurmctld")
        self.start("slurmd")
        self.wait_for("the node", self.node_is_idle)
        signal.signal(signal.SIGCHLD, self.reap_orphans)

    def run(self, command):
        """Runs a command that finds this cluster; returns its status."""
        self.running["command"] = subprocess.Popen(command, env=self.environment)
        return self.running["command"].wait()

    def node_is_idle(self):
        answer = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=self.environment, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=False)
        return answer.stdout.strip() == "idle"

    def wait_for(self, what, condition):
        deadline = time.monotonic() + READY_SECONDS
        while not condition():
            for daemon, process in self.running.items():
                if process.poll() is not None:
                    sys.exit(f"cluster.py: {daemon} ended: {self.last_lines(daemon)}")
            if time.monotonic() > deadline:
                sys.exit(f"cluster.py: {what} was not ready in {READY_SECONDS} s: {self.last_lines('slurmctld')}")
            time.sleep(0.05)

    def last_lines(self, daemon):
        output = self.folder / f"{daemon}.output"
        return output.read_text(errors="replace")[-2000:] if output.exists() else "no output"

    def obey(self, line):
        words = line.split()
        if words == ["crash"]:
            self.crash()
        elif len(words) == 2 and words[0] in ("kill", "start"):
            getattr(self, words[0])(words[1])
        else:
            sys.exit(f"cluster.py: unknown request: {line}")


def end_process(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def end_everything():
    """Kills all that is below this process until nothing is left: what a dying process has just forked comes to us."""
    while True:
        for process, _ in descendants():
            end_process(process)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def main():
    parser = argparse.ArgumentParser(description="A Slurm cluster of one node on loopback.")
    parser.add_argument("directory")
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--max-array-size", type=int, default=1001)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="after --")
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command

    set_process_option(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        cluster = Cluster(options.directory, options.cpus, options.max_array_size)
        cluster.boot()
        if command:
            sys.exit(cluster.run(command))
        print("ready", flush=True)
        for line in sys.stdin:
            cluster.obey(line)
            print("done", flush=True)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    finally:
        for ignored in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        end_everything()


if __name__ == "__main__":
    main()
