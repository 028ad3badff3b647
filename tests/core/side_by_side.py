"""Four children around a router that runs cells in the background, on several at once, and in parts.

It performs every action and checks each as it comes: whether a body's turn has come, whether what is copied is there,
and whom an interrupt reaches. What a child says lies in pipes until the test reads it.
"""

import re
from typing import TypeGuard

from multikernel.core.actions import (
    Action,
    CancelJob,
    CancelTimer,
    Channel,
    Log,
    SetTimer,
    Signal,
    Start,
    StartJob,
    Stop,
    TimerKey,
    ToBackend,
    ToFront,
)
from multikernel.core.cells.transfers import Check, Copy
from multikernel.core.errors import BackendStartError, Interrupted, MultiError, TransferError
from multikernel.core.protocol.wire import Composer, Json, Message
from multikernel.core.router import Router

from .desk import CLIENT, COMMANDS, KERNEL_INFO, KERNELSPECS, configured
from .lines import SESSION, child_message, make_message
from .side_by_side_plans import Cell, Child, Run

NAMES = ("python3", "ir", "bash", "deno")
INFO: dict[str, Json] = {**KERNEL_INFO, "deno": {"implementation": "Deno kernel"}}
TOKEN = re.compile(r"<(\w+):(\d+)>")


class SideBySide:
    """Everything around the router."""

    def __init__(self) -> None:
        """Start the front."""
        composer = Composer(SESSION, lambda: "")
        self.router = Router(configured(*NAMES), KERNELSPECS, composer, COMMANDS, lambda name: (), "0.1.0")
        self.children = {name: Child(name) for name in NAMES}
        self.cells: dict[str, Cell] = {}
        self.begun = 0
        self.timers: dict[TimerKey, float] = {}
        self.jobs: dict[str, StartJob] = {}
        self.cancelled: set[str] = set()
        self.serial = 0
        self.said: dict[str, list[tuple[str, int]]] = {name: [] for name in NAMES}
        """By child, under which cell it has said what, as the router has read it."""
        self.heard: dict[str, list[tuple[str, int]]] = {name: [] for name in NAMES}
        """The same, as the notebook got it."""
        self.perform(self.router.begin())

    # The notebook.

    def execute(self, code: str, stops_on_error: bool) -> None:
        """Run a cell."""
        cell = Cell(str(len(self.cells) + 1), code, stops_on_error)
        self.cells[cell.id] = cell
        content = {"code": code, "stop_on_error": stops_on_error}
        self.perform(self.router.from_front("shell", CLIENT, make_message(cell.id, "execute_request", content)))

    def advance(self) -> None:
        """Let the next cell begin, since all that has arrived has been taken."""
        self.perform(self.router.advance())

    def press(self) -> None:
        """Press the interrupt button: it reaches the cells that the others wait for if there are some, else all."""
        active = [cell for cell in self.cells.values() if cell.place and not cell.is_over]
        foreground = [cell for cell in active if not cell.is_in_background]
        self.doom_queued()
        actions = self.router.interrupt_all()
        reached = {action.backend for action in actions if _is_interrupt(action)}
        for child in self.children.values():
            concerned = {run.cell for run in child.open}
            if concerned and (concerned & set(foreground) or not foreground):
                assert child.name in reached
            elif concerned:
                assert child.name not in reached
        self.perform(actions)

    def doom_queued(self) -> None:
        """Note that all cells that have arrived and not begun have to be aborted."""
        for cell in self.cells.values():
            cell.is_doomed |= not cell.types

    # The children.

    def say(self, name: str, kind: str, *, ends_line: bool = True) -> None:
        """Let a child publish something for what it is at."""
        child = self.children[name]
        run = self._begin(child)
        self.serial += 1
        text = f"<{name}:{self.serial}>" + "\n" * ends_line
        if kind == "stream":
            content: Json = {"name": "stdout", "text": text}
        else:
            content = {"data": {"text/plain": text}, "metadata": {}}
        if kind == "execute_result":
            content["execution_count"] = 99
        child.pipes["iopub"].append((child_message(kind, run.cell.id, content), run))

    def finish(self, name: str, status: str, left_out: str = "") -> None:
        """Let a child finish what it is at; it may forget its reply or its idle."""
        child = self.children[name]
        run = self._begin(child)
        child.todo.popleft()
        if left_out != "reply":
            reply = {"status": status, "execution_count": 99, "ename": "E", "evalue": "v", "traceback": []}
            child.pipes["shell"].append((child_message("execute_reply", run.cell.id, reply), run))
        if left_out != "idle":
            self._status(child, run, "idle")

    def _begin(self, child: Child) -> Run:
        run = child.todo[0]
        if not run.is_begun:
            run.is_begun = True
            self._status(child, run, "busy")
        return run

    def _status(self, child: Child, run: Run, state: str) -> None:
        message = child_message("status", run.cell.id, {"execution_state": state})
        child.pipes["iopub"].append((message, run))

    def remember(self, name: str) -> None:
        """Let a child send what it has forgotten, late."""
        child = self.children[name]
        for run in child.has_forgotten:
            run.owes.remove("idle")
            self._status(child, run, "idle")

    def read(self, name: str, channel: Channel) -> None:
        """Let the router get what lies first in a pipe."""
        message, run = self.children[name].pipes[channel].popleft()
        content = message.content()
        if run is not None and (channel == "shell" or content.get("execution_state") == "idle"):
            heard = "reply" if channel == "shell" else "idle"
            if heard in run.owes:
                run.owes.remove(heard)
        self.said[name] += [(message.parent_id, serial) for _, serial in tokens(message)]
        self.perform(self.router.from_backend(name, channel, message))

    def get_ready(self, name: str) -> None:
        """Let a child be ready."""
        self.children[name].state = "ready"
        self.perform(self.router.ready(name, INFO[name]))

    def fail_to_start(self, name: str) -> None:
        """Let a start fail."""
        self.children[name].ends()
        self.perform(self.router.start_failed(name, BackendStartError("no")))

    def die(self, name: str) -> None:
        """End a child, with all that nobody has read."""
        self.children[name].ends()
        self.perform(self.router.died(name, "SIGKILL"))

    # The runtime.

    def may_fire(self, key: TimerKey) -> bool:
        """Whether it is late enough: a child is silent only if nothing of it is unread."""
        return key[0] not in ("half answered", "flush") or not any(
            self.children[key[1].rpartition("@")[2]].pipes.values()
        )

    def fire(self, key: TimerKey) -> None:
        """Let a timer run out."""
        del self.timers[key]
        actions = self.router.timer(key)
        kind, about = key
        is_set_again = any(isinstance(action, SetTimer) and action.key == key for action in actions)
        if kind == "half answered" and not is_set_again:
            msg_id, _, name = about.rpartition("@")
            for run in self.children[name].open:
                run.is_made_up |= run.cell.id == msg_id
        self.perform(actions)

    def end_job(self, key: str, *, fails: bool = False) -> None:
        """Do what a command or a copy does, unless it was cancelled, and say that it is done."""
        job = self.jobs.pop(key).job
        error: MultiError | None = TransferError("no") if fails else None
        if key in self.cancelled:
            self.cancelled.discard(key)
            error = Interrupted("")
        if not isinstance(job, Check | Copy) and error is None:
            self._command(job.name, job.operands)  # type: ignore[union-attr]
        self.perform(self.router.job_done(("cell", key), error))

    def _command(self, name: str, operands: tuple[str, ...]) -> None:
        for backend in operands if name in ("stop", "restart") else ():
            self.children[backend].ends()
            self.perform(self.router.stop(backend))
        for backend in operands if name == "restart" else ():
            self.perform(self.router.start(backend))

    def perform(self, actions: list[Action]) -> None:
        """Perform and check actions, those for the notebook before those for children: they are apart."""
        for action in sorted(actions, key=_place):
            match action:
                case ToFront(channel, message):
                    self._to_front(channel, message)
                case ToBackend(backend, _, message):
                    self._to_child(self.children[backend], message)
                case SetTimer(key, seconds):
                    self.timers[key] = seconds
                case CancelTimer(key):
                    self.timers.pop(key, None)
                case Start(backend):
                    assert self.children[backend].state == "stopped"
                    self.children[backend].state = "starting"
                case Stop(backend):
                    self.children[backend].ends()
                case StartJob((_, key)):
                    self._start_job(key, action)
                case CancelJob((_, key)):
                    self.cancelled.add(key)
                case Log(text, is_bug=True):
                    raise AssertionError(text)
                case _:
                    pass

    def _start_job(self, key: str, action: StartJob) -> None:
        cell = self.cells[key.partition("#")[0]]
        assert not cell.is_over
        assert key not in self.jobs
        self.jobs[key] = action
        job = action.job
        if isinstance(job, Copy):
            for name in job.backends:
                assert not [run for run in self.children[name].open if run.cell.place < cell.place], "copied too early"
        elif cell.code == "%%wait":
            others = [other for other in self.cells.values() if other.is_in_background and 0 < other.place < cell.place]
            assert all(other.is_over for other in others), "waited too short"

    def _to_child(self, child: Child, message: Message) -> None:
        assert child.state == "ready"
        if message.type != "execute_request":
            return
        if message.id.startswith(SESSION):
            self._print(child, message.id)
            return
        cell = self.cells[message.id]
        assert not cell.is_doomed
        assert not cell.is_over
        assert not child.open, "a body before its turn"
        assert all(run.cell.place <= cell.place for run in child.runs), "out of order"
        assert not any(run.is_made_up for run in child.runs if run.cell is cell), "halves of two parts"
        run = Run(cell)
        child.todo.append(run)
        child.runs.append(run)

    def _print(self, child: Child, mark: str) -> None:
        """Let a child run code of Multi's own, which prints its id."""
        child.pipes["shell"].append((child_message("execute_reply", mark, {"status": "ok"}), None))
        child.pipes["iopub"].append((child_message("status", mark, {"execution_state": "idle"}), None))
        child.pipes["iopub"].append((child_message("stream", mark, {"name": "stdout", "text": f"{mark}\n"}), None))

    def _to_front(self, channel: Channel, message: Message) -> None:
        if not message.parent_id:
            return
        cell, content = self.cells[message.parent_id], message.content()
        for name, serial in tokens(message):
            self.heard[name].append((cell.id, serial))
        if channel == "shell":
            assert not cell.is_over
            cell.replies.append(content)
            aborts = content["status"] != "ok" and cell.stops_on_error
            if aborts and not (cell.is_doomed or cell.is_in_background or cell.has_now):
                self.doom_queued()
            return
        cell.types.append(content.get("execution_state", message.type))
        if cell.types == ["busy"] and not cell.is_doomed:
            self.begun += 1
            cell.place = self.begun
        if cell.types[-1] == "idle":
            for child in self.children.values():
                assert not [run for run in child.open if run.cell is cell], "over too early"


def _is_interrupt(action: Action) -> TypeGuard[Signal | Stop | ToBackend]:
    is_message = isinstance(action, ToBackend) and action.message.type == "interrupt_request"
    return is_message or isinstance(action, (Signal, Stop))


def _place(action: Action) -> int:
    return 0 if isinstance(action, Stop) else 1 if isinstance(action, ToFront) else 2


def tokens(message: Message) -> list[tuple[str, int]]:
    """Return what a message has of what children have said: the child, and the serial number."""
    content = message.content()
    text = str(content.get("text", "")) + str(content.get("data", ""))
    return [(name, int(serial)) for name, serial in TOKEN.findall(text)]
