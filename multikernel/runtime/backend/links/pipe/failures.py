"""Known failures of the commands that reach a place, each told in one sentence with what to run in a terminal."""

import re
import shlex
from collections.abc import Mapping

from .....core.engines import ENGINES
from .....core.places import JobPlace, RunPlace, SshPlace
from .....core.printable import printable
from .command import PYTHON_NEEDED, PipePlace

NamedPlace = PipePlace | JobPlace

LONGEST_LINE = 300

GARBLED = (
    "something there writes to the stdout of Multi's connection; find what the shell starts in the background, for "
    "example in ~/.bashrc, and redirect its output"
)
"""Why a connection is given up whose bytes are not the agent's."""

VALUE = re.compile(r"(^-{0,2}\w[\w.-]*=|://[^/@:]*:(?=[^/]*@)).+", re.DOTALL)
SECRET_OPTION = re.compile(r"-+[\w-]*(token|passw|secret|key|credential|auth)[\w-]*", re.IGNORECASE)
"""A word that has a secret in it, behind the group, and one that has it behind itself."""

STDIN_WAS_READ = re.compile(r"^(zlib\.error|binascii\.Error|json\.decoder\.JSONDecodeError)", re.MULTILINE)

SSH_FAILURES = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "the host key of {target} has changed; if its administrator says that this is right, remove the old one with "
        "`ssh-keygen -R {host}`, then run `{ssh}` in a terminal",
    ),
    (
        "Host key verification failed",
        "the host key of {target} is not known here; run `{ssh}` in a terminal and check it",
    ),
    (
        "Permission denied",
        "{target} does not let you in without asking; run `ssh-copy-id {target}` in a terminal, or, where it asks for "
        "more than a key, open a shared connection (ControlMaster) with `{ssh}` first",
    ),
    ("Too many authentication failures", "{target} refused all keys; run `{ssh}` in a terminal"),
    (
        "Could not resolve hostname|hostname contains invalid characters",
        "there is no host {target}; run `{ssh}` in a terminal",
    ),
    ("Connection refused", "nothing listens for ssh on {target}; run `{ssh}` in a terminal"),
    ("timed out|No route to host|Network is unreachable", "{target} cannot be reached; run `{ssh}` in a terminal"),
)
"""What ssh writes when it cannot connect, as a regular expression, and what that means; OpenSSH 9."""


class NotReached(Exception):
    """A place's agent did not answer; the text is a sentence without its full stop."""

    def __init__(self, text: str, *, is_certain: bool = True, may_pass: bool = False, is_over: bool = False) -> None:
        """Say whether nothing can have been started there, and whether another attempt may go better.

        With `is_over` all that was there has ended, for this reason.
        """
        super().__init__(text)
        self.is_certain, self.may_pass, self.is_over = is_certain, may_pass, is_over


def terminal_command(place: NamedPlace, *words: str) -> str:
    """Return what a user can type to see for themselves; what looks like a secret is left out."""
    if isinstance(place, JobPlace):
        # Where jobs are submitted there are the same programs as a rule.
        return " ".join(words) if place.way is None else terminal_command(place.way, *words)
    if isinstance(place, SshPlace):
        return " ".join(["ssh", shlex.quote(place.target), *words])
    shown: list[str] = []
    is_secret = False
    for word in place.command:
        text = word if len(word) <= LONGEST_LINE else word[:LONGEST_LINE] + "…"
        shown.append("…" if is_secret else VALUE.sub(r"\1…", text))
        is_secret = bool(SECRET_OPTION.fullmatch(word))
    return " ".join([*map(shlex.quote, shown), *words])


def not_reached(place: NamedPlace, exit_code: int | None, said: str) -> NotReached:
    """Return the error for a command that ended before the agent had answered."""
    is_certain = exit_code in (126, 127) or PYTHON_NEEDED in said or bool(_ssh_failure(place, exit_code, said))
    may_pass = exit_code is not None and not is_certain
    return NotReached(explain(place, exit_code, said), is_certain=is_certain, may_pass=may_pass)


def explain(place: NamedPlace, exit_code: int | None, said: str) -> str:
    """Return a sentence for a command that ended before the agent had answered, from what it wrote to stderr."""
    python = terminal_command(place, place.python, "--version")
    if PYTHON_NEEDED in said:
        version = said.partition(PYTHON_NEEDED)[2].split()[:1]
        return _sentence(
            place, f"{place.python} there is Python {' '.join(version)}, but Multi needs 3.8 or later: set `python:`"
        )
    if failure := _ssh_failure(place, exit_code, said):
        return _sentence(place, failure)
    if exit_code in (126, 127) or (place.python in said and re.search("not found|[Nn]o such file", said)):
        return _sentence(place, f"there is no {place.python} there; run `{python}` in a terminal, or set `python:`")
    if STDIN_WAS_READ.search(said):
        return _sentence(
            place,
            "something there reads the stdin before the agent does, such as a command in a shell's startup file",
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = f": {lines[-1][:LONGEST_LINE].rstrip('.')}" if lines else ""
    how = "did not answer" if exit_code is None else f"ended with exit code {exit_code}"
    command = ENGINES[place.engine].join.partition(" ")[0] if isinstance(place, JobPlace) else python
    return _sentence(place, f"`{command}` {how}{last}")


def explain_answer(place: NamedPlace, answer: Mapping[str, object], kernel: str = "") -> str:
    """Return a sentence for an agent's answer that it cannot do what it was asked to."""
    match answer.get("error"):
        case "no pyzmq" if answer.get("why"):
            install = terminal_command(place, place.python, "-m", "pip", "install", "--force-reinstall", "pyzmq")
            why = str(answer["why"])[:LONGEST_LINE].rstrip(".")
            return _sentence(place, f"pyzmq cannot be imported there: {why}; run `{install}` in a terminal")
        case "no pyzmq":
            install = terminal_command(place, place.python, "-m", "pip", "install", "pyzmq")
            return _sentence(
                place, f"{place.python} there has no pyzmq; run `{install}` in a terminal, or set `python:`"
            )
        case "no kernelspec":
            names = answer.get("kernelspecs")
            known = ", ".join(map(str, names[:50])) if isinstance(names, list) and names else "none"
            return _sentence(
                place, f"there is no kernelspec {kernel!r} there; installed are {known}"[: 10 * LONGEST_LINE]
            )
        case "no script":
            return _sentence(place, "the script of the job has ended")
        case "gone":
            text = "the kernel is gone, with what kept it there"
            if isinstance(place, RunPlace):
                text += "; if each run of the command has its own /tmp or processes, it cannot outlive one"
            return _sentence(place, text)
        case other:
            return _sentence(place, f"the agent answered {str(other)[:LONGEST_LINE]!r}")


def other_host(place: NamedPlace, answer: Mapping[str, object], where: str) -> str:
    """Return a sentence for an agent that finds no keeper because it is not on the host where that is.

    One name may lead to several hosts, as those of a cluster's login nodes do.
    """
    here, there = answer.get("host"), where.rpartition(":")[0]
    if not there or not isinstance(here, str) or printable(here) == there:
        return ""
    return _sentence(place, f"this leads to {here[:LONGEST_LINE]} now, and the kernel is on {there}")


def not_found(place: NamedPlace, program: str) -> str:
    """Return a sentence for a command that is no program of this machine."""
    return _sentence(place, f"there is no program {program} here (in the PATH with which Multi was started)")


def _ssh_failure(place: NamedPlace, exit_code: int | None, said: str) -> str:
    """Return why ssh could not connect; the empty text if it is not that, or not known."""
    if isinstance(place, JobPlace):
        return "" if place.way is None else _ssh_failure(place.way, exit_code, said)
    if isinstance(place, SshPlace) and exit_code == 255:
        known = {"target": place.target, "host": place.target.rpartition("@")[2], "ssh": terminal_command(place)}
        for pattern, text in SSH_FAILURES:
            if re.search(pattern, said):
                return text.format_map(known)
    return ""


def _sentence(place: NamedPlace, text: str) -> str:
    return printable(f"{place.name}: {text}")
