"""What all jobs of a place share: the way to the scheduler, and one question for all that wait."""

import asyncio
import logging
import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from ......core.engines import ENGINES, JobState, at_cluster, cluster_in, cluster_of, number_of, states_of, words
from ......core.places import JobPlace, RunPlace
from ......core.printable import printable
from ....watchdog import Watchdog
from ..command import CommandNotFound, command_at, working_folder
from ..failures import LONGEST_LINE, NotReached, not_reached
from ..site import Site

COMMAND_SECONDS = 60.0
"""How long a command may take; a controller that is busy takes 10 s and more to answer."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
AGES_PER_QUESTION = 3
"""The state is asked for when a job has become older by a third, since the last one of those that wait began."""

UNSURE = re.compile("timed out|Zero Bytes were transmitted|onnection reset")
"""Errors of a submission after which there may be a job all the same, as Slurm words them."""

AGAIN_SECONDS = 2
"""The watchdog cancels twice: a submission may still be under way."""

KEPT_VARIABLES = "HOME|USER|LOGNAME|SHELL|PATH|LD_LIBRARY_PATH|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+"
"""What a command on this machine gets of the front's environment. Schedulers store it with the job, and the front's has
secrets, such as the tokens of a JupyterHub."""

log = logging.getLogger(__name__)


class NotSubmitted(Exception):
    """A scheduler that refuses a job; the text is its own sentence, without its full stop."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str


class Waiting(Protocol):
    """A job that has been submitted, as the queue sees it."""

    number: str
    submitted: float
    """When, by the loop's clock."""

    @property
    def is_pending(self) -> bool:
        """Whether it waits for its turn."""

    def told(self, state: JobState | None) -> None:
        """Take its state; None where the scheduler no longer knows it."""

    def doubted(self, why: str) -> None:
        """Note that its state cannot be learnt."""


class Queue:
    """A scheduler, and the jobs of ours that are there."""

    def __init__(self, place: JobPlace, directory: str, watchdog: Watchdog, tasks: TaskGroup) -> None:
        """Take the front's private directory, and tasks that outlive all backends."""
        self.place, self.engine = place, ENGINES[place.engine]
        way = place.way or RunPlace(place.name, ("env",), place.python, place.keep)
        self.site = Site(way, directory, watchdog, tasks, place)
        self.env = None if place.way else _environment(self.engine.environment)
        self.cluster = cluster_in(self.engine, place.options)
        self._pending: list[Waiting] = []

    async def run(self, command: Sequence[str], stdin: bytes = b"", *, alone: bool = False) -> Done:
        """Run a command where jobs are submitted; NotReached if that cannot be.

        With `alone` it has an ssh connection of its own, not the shared one.
        """
        with self.site.failures():
            argv = command_at(self.site.place, command, () if alone else await self.site.ssh_options())
            code, out, err = await self._run(argv, stdin)
        if code == 255 and self.place.way is not None:
            raise not_reached(self.place, code, err)
        if code in (126, 127):
            raise NotReached(printable(f"{self.place.name}: there is no {command[0]} where jobs are submitted: {err}"))
        return Done(code, out, err)

    async def _run(self, argv: Sequence[str], stdin: bytes) -> tuple[int, str, str]:
        with anyio.CancelScope(shield=True):
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=working_folder(),
                env=self.env,
                start_new_session=True,
            )
        watchdog = self.site.watchdog
        watchdog.started(process.pid)
        try:
            with anyio.move_on_after(COMMAND_SECONDS):
                out, err = await process.communicate(stdin)
                return process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
            raise NotReached(
                f"{self.place.name}: `{argv[0]}` did not end within {COMMAND_SECONDS:g} s", is_certain=False
            )
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, 9)
                with anyio.CancelScope(shield=True):
                    await process.wait()
            watchdog.ended(process.pid)

    async def submit(self, name: str, script: bytes) -> str:
        """Submit a script and return the number of the job; NotSubmitted, or NotReached where it may be submitted."""
        done = await self.run([*words(self.engine.submit, name=name), *self.place.options], script)
        number = number_of(self.engine, done.out)
        if done.code and not UNSURE.search(done.err):
            raise NotSubmitted(f"{self.place.name}: {_said(done)}")
        if done.code or number is None:
            raise NotReached(f"{self.place.name}: {_said(done)}", is_certain=False)
        self.cluster = cluster_of(self.engine, done.out) or self.cluster
        return number

    async def states(self, numbers: Iterable[str]) -> dict[str, JobState | None]:
        """Return the states of jobs, None for one that the scheduler no longer knows; NotReached if nobody answers.

        What is neither said of a job nor that it is unknown is left out.
        """
        numbers = list(numbers)
        done = await self.run(at_cluster(self.engine, self.cluster, words(self.engine.state, numbers)))
        found = states_of(self.engine, done.out)
        is_unknown = done.code != 0 and bool(self.engine.unknown.search(done.err))
        if done.code and not found and not is_unknown:
            raise NotReached(f"{self.place.name}: {_said(done)}", may_pass=True)
        states: dict[str, JobState | None] = {number: found[number] for number in numbers if number in found}
        for number in numbers:
            if number not in found and (self.engine.writes_all or (is_unknown and len(numbers) == 1)):
                states[number] = None
            elif number not in found and len(numbers) > 1:
                states |= await self.states([number])
        return states

    async def state(self, number: str) -> JobState | None:
        """Return the state of one job, None if the scheduler no longer knows it; NotReached if nobody says."""
        states = await self.states([number])
        if number not in states:
            raise NotReached(self.silence(number), may_pass=True)
        return states[number]

    def silence(self, number: str) -> str:
        """Return that the scheduler has answered, but not what was asked."""
        return f"{self.place.name}: {self.engine.title} says nothing of job {number}"

    def cancel_command(self, name: str, number: str) -> list[str]:
        """Return the command that ends a job, whether or not its number is known."""
        return at_cluster(self.engine, self.cluster, words(self.engine.cancel, name=name, number=number))

    async def check(self) -> str:
        """Try whether jobs can be submitted; return why not, as the scheduler says it, or the empty text."""
        command = words(self.engine.check)
        if command[0] == words(self.engine.submit, name="")[0]:
            command += self.place.options
        try:
            done = await self.run(command, b"#!/bin/sh\n", alone=True)
        except NotReached as error:
            return str(error)
        return f"{self.place.name}: {_said(done)}" if done.code else ""

    def cancel_at_end(self, name: str, file: Path) -> None:
        """Have the watchdog cancel a job if the front is killed; the file that this makes tells it to."""
        command = shlex.join(self.cancel_command(name, ""))
        twice = f"{command}; sleep {AGAIN_SECONDS}; {command}"
        with suppress(CommandNotFound, OSError):
            argv = command_at(self.site.place, ("sh", "-c", twice))
            file.touch(0o600)
            self.site.watchdog.at_end(argv, os.fspath(file))

    def watch(self, job: Waiting) -> None:
        """Tell a job of its state until it runs."""
        self._pending.append(job)
        if len(self._pending) == 1:
            self.site.tasks.start_soon(self._ask)

    async def _ask(self) -> None:
        """Ask for the states of all that wait, again and again."""
        while self._pending:
            age = anyio.current_time() - max(job.submitted for job in self._pending)
            await anyio.sleep(min(max(age / AGES_PER_QUESTION, FIRST_PAUSE), LONGEST_PAUSE))
            jobs = [job for job in self._pending if job.is_pending]
            try:
                states = await self.states(job.number for job in jobs) if jobs else {}
                for job in jobs:
                    if job.number in states:
                        job.told(states[job.number])
                    else:
                        job.doubted(self.silence(job.number))
            except NotReached as error:
                log.warning("the state of jobs is not known: %s", error)
                for job in jobs:
                    job.doubted(str(error))
            except Exception:
                # The front has nothing to do with it.
                log.exception("asking for the states of jobs has failed")
            self._pending = [job for job in self._pending if job.is_pending]


def _environment(pattern: str) -> Mapping[str, str]:
    kept = re.compile(f"{KEPT_VARIABLES}|{pattern}")
    return {name: value for name, value in os.environ.items() if kept.fullmatch(name)}


def _said(done: Done) -> str:
    lines = [line.strip().rstrip(".") for line in (done.err or done.out).splitlines() if line.strip()]
    return printable("; ".join(lines))[: 2 * LONGEST_LINE] or f"the command ended with exit code {done.code}"
