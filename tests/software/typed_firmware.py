"""Boot firmware with a prompt, to which somebody types."""

import subprocess
import sys
import tempfile
from pathlib import Path

FLASH_BYTES = 64 << 20


class Firmware:
    """`file` in a guest's folder; `greeting` is what `key` is typed at, `prompt` what comes then and after a command;
    all three as a console script has them."""

    def __init__(self, doorbell, file, folder, greeting, key, prompt):
        self.doorbell, self.file, self.folder = doorbell, file, folder
        self.greeting, self.key, self.prompt = greeting, key, prompt
        self.runs = 0

    def script(self, commands):
        """Ends at the prompt behind the last command, unless that resets the machine, which ends the run by itself."""
        steps = [f'wait "{self.greeting}"', f'type "{self.key}"']
        for command in commands:
            steps += [f'wait "{self.prompt}"', f'type "{command}\\r"']
        if commands[-1] != "reset":
            steps += [f'wait "{self.prompt}"', "end"]
        return "\n".join([*steps, ""])

    def boot(self, commands, options):
        """The console of a run in which these commands were typed."""
        self.runs += 1
        console, typed = self.folder / f"console{self.runs}", self.folder / f"script{self.runs}"
        typed.write_text(self.script(commands))
        run = subprocess.run(
            [self.doorbell, "run", "--bios", self.file, "--console", console, "--console-script", typed, *options],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        text = console.read_text(errors="replace") if console.exists() else ""
        if run.returncode != 0:
            sys.exit(f"{text}\nstatus {run.returncode}: {run.stderr.strip()}")
        return text


def expect(text, *expected):
    """All of these, in this order."""
    place = 0
    for part in expected:
        place = text.find(part, place)
        if place < 0:
            sys.exit(f"{text}\n\nexpected {part!r}, found none")
        place += len(part)


def run_with(main, usage, arguments, name):
    """main(DOORBELL, the file of that name in GUEST, a folder of its own), for a script that is called with both."""
    if len(arguments) != 2:
        sys.exit(usage)
    doorbell, guest = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    if not (guest / name).exists():
        sys.exit(f"{guest}: expected what scripts/guest-packages gets, found no {name}")
    with tempfile.TemporaryDirectory() as folder:
        main(doorbell, guest / name, Path(folder))
