"""ci_engineer.py DOORBELL SOURCE: a CI engineer who wants a job that notices when a platform becomes slower.

Sets up what docs/ci.md says, from its own text, in a repository of one's own. The job must pass while nothing changes,
fail when the ITS becomes slower and say which parameter did it, keep its test cases, leave no report of another day
where it can't compare, and pass again once the new state is accepted."""

import gzip
import json
import re
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from task import expect, run

GUARDED = "latency.end_to_end.mean"
SLOWER = "gic:\n  its:\n    pipeline_cycles: 100\n"


def block_after(page, words, language):
    """The first block in a language after some words of a page."""
    at = page.index(words)
    return re.compile(rf"```{language}\n(.*?)```", re.DOTALL).search(page, at).group(1)


class Repository:
    """With Doorbell as its submodule, built."""

    def __init__(self, doorbell, source, folder):
        self.folder = folder
        self.performance = folder / "performance"
        page = (source / "docs/ci.md").read_text(encoding="utf-8")
        (folder / "doorbell/build/release/platforms").mkdir(parents=True)
        (folder / "doorbell/build/release/platforms/doorbell").symlink_to(doorbell)
        (folder / "doorbell/scripts").mkdir()
        for name in ("install-packages", "build"):  # here all is installed, and built
            self.script(folder / "doorbell/scripts" / name, "#!/bin/sh\n")
        self.performance.mkdir()
        self.script(self.performance / "check", block_after(page, "## Doorbell in your CI", "sh"))
        (self.performance / "tolerance.yaml").write_text(block_after(page, "A tolerance file to begin with", "yaml"))
        (self.performance / "workload.trace.gz").symlink_to(source / "traces/workloads/nvme_seqwrite.trace.gz")
        self.platform("processors: 4\n")

    @staticmethod
    def script(path, text):
        path.write_text(text)
        path.chmod(0o755)

    def platform(self, text):
        (self.performance / "platform.yaml").write_text(text)

    def check(self, status):
        """Runs the job; returns what it says."""
        return run(self.performance / "check", status=status, folder=self.folder)

    def accept(self):
        """The last result becomes the baseline."""
        (self.performance / "baseline.json.gz").write_bytes((self.folder / "new.json.gz").read_bytes())

    def reports(self):
        return [path.name for path in self.folder.glob("compare.*")]

    def cases(self):
        """{name: text of its failure or None} of the last report."""
        root = ElementTree.parse(self.folder / "compare.xml").getroot()
        cases = list(root.iter("testcase"))
        failures = {case.get("name"): case.find("failure") for case in cases}
        return {name: None if failure is None else failure.text for name, failure in failures.items()}


def main():
    doorbell, source = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(Path(doorbell), Path(source), Path(folder))
        repository.check(2)  # without a baseline, as the page has it be made
        repository.accept()
        said = repository.check(0)
        expect(said.rstrip().endswith("values are equal."), "nothing has moved", said)
        before = repository.cases()
        expect(GUARDED in before and not any(before.values()), "what is guarded has passed", before)

        repository.platform(SLOWER)
        said = repository.check(1)
        after = repository.cases()
        expect(after.keys() == before.keys(), "test cases stay the same", before.keys() ^ after.keys())
        expect("gic.its.pipeline_cycles: 8 -> 100" in (after[GUARDED] or ""), "the culprit is named", after[GUARDED])
        expect("gic.its.pipeline_cycles  8 -> 100" in said and "by block: " in said, "and on the console", said)
        reported = said[said.index("Moved, reported only"):].splitlines()
        expect(len(reported) < 16, "what isn't guarded doesn't fill the screen", said)

        repository.platform("processors: many\n")
        said = repository.check(2)
        expect("platform.yaml:1: processors: " in said, "a mistake is said with its place", said)
        expect(not repository.reports(), "no report of another day is left", repository.reports())

        repository.platform(SLOWER)
        repository.check(1)
        repository.accept()
        repository.check(0)
        statistics = json.loads(gzip.decompress((repository.folder / "new.json.gz").read_bytes()))
        expect(not statistics["partial"], "the baseline is of a whole run", statistics["partial"])


if __name__ == "__main__":
    main()
