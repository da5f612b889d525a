"""Many short runs of `doorbell` on platforms/virt.yaml, as many at a time as there are processors."""
import gzip
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

TIME_LIMIT = 300  # seconds of the host, on one that is busy
HEADER_END = "begin"


@dataclass
class Run:
    settings: tuple  # of --set; what ends in .yaml is of --with
    status: int  # None: it did not end in time
    output: str
    errors: str


class Platform:
    """The doorbell command, the platform's description, and a workload of a few hundred records."""

    def __init__(self, doorbell, source, records=300):
        self.doorbell = doorbell
        self.description = os.path.join(source, "platforms/virt.yaml")
        self.folder = tempfile.TemporaryDirectory()
        self.workload = os.path.join(self.folder.name, "short.trace")
        shorten(os.path.join(source, "traces/workloads/nvme_seqwrite.trace.gz"), self.workload, records)

    def parameters(self):
        text = subprocess.run([self.doorbell, "params", "--json"], check=True, capture_output=True).stdout
        return json.loads(text)

    def run(self, settings):
        command = [self.doorbell, "run", self.description, "--workload", self.workload]
        for setting in settings:
            command += ["--with" if setting.endswith(".yaml") else "--set", setting]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        try:
            output, errors = process.communicate(timeout=TIME_LIMIT)
            return Run(settings, process.returncode, output, errors)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            return Run(settings, None, output, errors)

    def run_all(self, all_settings):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.run, all_settings))


def shorten(workload, short, records):
    """The first records of a workload."""
    with gzip.open(workload, "rt", encoding="utf-8") as lines, open(short, "w", encoding="utf-8") as out:
        for line in lines:
            out.write(line)
            if line.strip() == HEADER_END:
                break
        for _, line in zip(range(records), lines):
            out.write(line)
        out.write(f"end {records}\n")
