"""A scheduler of four small scripts that stand in for Slurm's, and what a test tells it.

A job is a folder: `script`, `name`, `words` and `env` that it was submitted with, and `state`, which squeue tells.
"""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from multikernel.core.places import JobPlace, SshPlace

from .far import PATIENCE

SCRIPTS = {
    "sbatch": """
[ -e "$Q/refuse" ] && { cat "$Q/refuse" >&2; exit 1; }
number=101
until mkdir "$Q/taken-$number" 2>/dev/null; do number=$((number + 1)); done
mkdir "$Q/$number.new"
cat > "$Q/$number.new/script"
for word; do case "$word" in --job-name=*) echo "${word#*=}" > "$Q/$number.new/name";; esac; done
echo "$@" > "$Q/$number.new/words"
env > "$Q/$number.new/env"
cat "$Q/first" > "$Q/$number.new/state"
[ -e "$Q/late" ] && {
    { sleep 1; mv "$Q/$number.new" "$Q/$number"; } >/dev/null 2>&1 &
    cat "$Q/late"
    echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
    exit 1
}
mv "$Q/$number.new" "$Q/$number"
[ -e "$Q/mute" ] && { echo "Submitted batch job $number"; exit; }
[ -e "$Q/slow" ] && sleep 0.5
[ -e "$Q/break" ] && { rm "$Q/break"; echo "Connection closed by remote host" >&2; exit 255; }
case "$(cat "$Q/$number/state")" in RUNNING*) run-job "$number";; esac
[ -e "$Q/west" ] && echo "$number;west" || echo "$number"
""",
    "run-job": """
echo "RUNNING|None|1|here" > "$Q/$1/state"
JOB="$Q/$1" setsid sh "$Q/$1/script" >/dev/null 2>&1 </dev/null &
""",
    "squeue": """
echo asked >> "$Q/log"
[ -e "$Q/deaf" ] && { echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1; }
[ -e "$Q/said" ] && { cat "$Q/said"; exit; }
while [ $# -gt 0 ]; do case "$1" in -j) numbers=$2;; esac; shift; done
[ -e "$Q/$numbers/state" ] || case "$numbers" in
    *,*) ;;
    *) echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1;;
esac
for number in $(echo "$numbers" | tr , ' '); do
    [ -e "$Q/$number/state" ] && echo "$number|$(cat "$Q/$number/state")"
done
exit 0
""",
    "scancel": """
echo "$@" >> "$Q/cancelled"
[ -e "$Q/deaf" ] && { echo "scancel: error: Unable to contact slurm controller" >&2; exit 1; }
for folder in "$Q"/[0-9]*; do
    [ "--name=$(cat "$folder/name")" = "$1" ] || continue
    case "$(cat "$folder/state")" in PENDING*|RUNNING*|CONFIGURING*)
        echo "CANCELLED|None|N/A|n/a" > "$folder/state"
        for process in $(grep -lsz "^JOB=$folder$" /proc/[0-9]*/environ); do
            process=${process%/environ}
            kill -TERM "${process#/proc/}"
        done;;
    esac
done
exit 0
""",
    "srun": """
while [ $# -gt 0 ]; do case "$1" in --jobid=*) number=${1#*=};; sh) break;; esac; shift; done
case "$(cat "$Q/$number/state")" in RUNNING*) exec "$@";; esac
echo "srun: error: Unable to confirm allocation for job $number: Invalid job id specified" >&2
exit 1
""",
    # As over the network: what runs there has another environment.
    "ssh": """
[ -e "$Q/down" ] && { echo "ssh: connect to host login port 22: Connection refused" >&2; exit 255; }
for word; do last=$word; done
[ "$1" = -G ] && { echo "controlpath ~/s"; exit; }
exec env -i "PATH=$PATH" "HOME=$HOME" sh -c "$last"
""",
}


# All jobs are on another cluster.
OTHER_CLUSTER = """
[ -e "$Q/west" ] && [ "$SLURM_CLUSTERS" != west ] && { echo "Invalid job id specified" >&2; exit 1; }
"""


class Scheduler:
    """What a test has of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.programs = folder / "q", folder / "bin"
        self.folder.mkdir()
        self.programs.mkdir()
        for name, text in SCRIPTS.items():
            program = self.programs / name
            other = OTHER_CLUSTER if name in ("squeue", "scancel", "srun") else ""
            program.write_text(f"#!/bin/sh\nQ={self.folder}\nPATH={self.programs}:$PATH\n{other}{text}")
            program.chmod(0o755)
        self.set("first", "RUNNING|None|1|here")

    @property
    def here(self) -> JobPlace:
        """A place whose jobs this machine submits."""
        return JobPlace("queue", "slurm", None, python=sys.executable)

    @property
    def there(self) -> JobPlace:
        """A place whose jobs a login host submits."""
        return JobPlace("queue", "slurm", SshPlace("queue", "login", sys.executable), python=sys.executable)

    def set(self, name: str, text: str = "") -> None:
        """Write a file that one of the scripts looks at."""
        (self.folder / name).write_text(text + "\n" if text else "")

    def unset(self, name: str) -> None:
        """Remove such a file."""
        (self.folder / name).unlink()

    def hold(self, state: str = "PENDING|Priority|N/A|n/a") -> None:
        """Let jobs wait from now on."""
        self.set("first", state)

    def run(self, number: int = 101) -> None:
        """Let a job run."""
        subprocess.run([self.programs / "run-job", str(number)], check=True, timeout=PATIENCE)

    def end(self, state: str, number: int = 101) -> None:
        """End a job as a scheduler does, with a state that it says afterwards."""
        self.set(f"{number}/state", state)
        self._kill(number, signal.SIGTERM)

    def numbers(self) -> list[int]:
        """Return the numbers of all jobs that there have been."""
        return sorted(int(each.name) for each in self.folder.iterdir() if each.name.isdigit())

    def words(self, number: int, what: str) -> str:
        """Return what a job was submitted with: `script`, `name`, `words`, `env` or `state`."""
        return (self.folder / str(number) / what).read_text()

    def questions(self) -> int:
        """Return how often it was asked for states."""
        log = self.folder / "log"
        return log.read_text().count("asked") if log.exists() else 0

    def left(self) -> list[int]:
        """Return the jobs that are not over."""
        return [each for each in self.numbers() if self.words(each, "state").split("|")[0] in ("PENDING", "RUNNING")]

    def close(self) -> None:
        """Kill what runs."""
        for number in self.numbers():
            self._kill(number, signal.SIGKILL)

    def _kill(self, number: int, how: signal.Signals) -> None:
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get("JOB") == str(self.folder / str(number)):
                    process.send_signal(how)
