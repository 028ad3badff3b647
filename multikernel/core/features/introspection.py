"""Completion, inspection and is_complete: for the child that the cell is for, about the cell's body alone.

They never change the default and never wait for another backend's cell. A cursor in a header line is the front's to
answer. While a backend starts, completion and inspection wait for it, as they would on the kernel alone; a stopped one
starts if the cell's own header names it. is_complete never waits: jupyter console gives up on it after one second.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..actions import ListVariables, StartJob
from ..backend import Backend, BackendState
from ..cells.cell import Cell
from ..cells.child_text import question_text
from ..cells.command_names import PARTS
from ..cells.completions import offers_in
from ..cells.lines import HeaderLine, is_nothing
from ..cells.parser import parse
from ..errors import BackendLost, MultiError
from ..feature import Feature, Handler
from ..protocol.rewrite import OwnMatches
from ..protocol.wire import Json
from ..request import Request
from ..spine import Spine


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for a backend to be ready."""

    request: Request
    cell: Cell
    position: int
    own: OwnMatches | None


@dataclass(frozen=True, slots=True)
class Tab:
    """What is completed with the variables of a backend."""

    own: OwnMatches
    """What else could stand there."""
    typed: str
    backend: str


VARIABLES = "variables"
"""Jobs, by the request that they are for."""

TYPES = ("complete_request", "inspect_request", "is_complete_request")


class Introspection(Feature):
    """Routes what a front-end asks about a cell that has not run."""

    def __init__(self, spine: Spine, command_help: Mapping[str, str]) -> None:
        """Take the spine and, by command, what Shift-Tab on its header line shows."""
        self._state = spine.state
        self._requests = spine.requests
        self._exchanges = spine.exchanges
        self._starts = spine.starts
        self._outbox = spine.outbox
        self._variables: dict[str, tuple[str, ...]] = {}
        """By backend, the names in the last list."""
        self._tabs: dict[str, Tab] = {}
        """By the request that waits for a list."""
        self._command_help = command_help
        self._waiting: dict[str, list[Pending]] = {name: [] for name in spine.state.backends}
        """By backend, what is sent when it is ready."""

    def requests(self) -> Mapping[str, Handler]:
        """Take what a front-end asks."""
        return dict.fromkeys(TYPES, self._arrive)

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Take the lists of variables that Tab wants."""
        return {VARIABLES: self._listed}

    def failures(self) -> Mapping[str, Callable[[Request, MultiError], Json]]:
        """Answer with nothing where a child cannot answer."""
        return dict.fromkeys(TYPES, lambda request, error: empty_answer(request))

    def _arrive(self, request: Request) -> None:
        """Answer a request here, or send it to its child."""
        code, position = request.content.get("code"), request.content.get("cursor_pos")
        if position is None and isinstance(code, str):
            # As ipykernel has it.
            position = len(code)
        if not isinstance(code, str) or not isinstance(position, int):
            self._requests.answer(request, empty_answer(request))
            return
        try:
            cell = parse(code, self._state.names, self._state.default)
        except MultiError:
            cell = None
        match request.type:
            case "complete_request":
                self._complete(request, code, cell, position)
            case "inspect_request":
                line = cell.header_line_at(position) if cell is not None else None
                self._answer_or_ask(request, cell, position, self._inspect(line) if line else None)
            case _:
                self._answer_or_ask(request, cell, len(code), self._is_complete(cell))

    def _answer_or_ask(self, request: Request, cell: Cell | None, position: int, answer: Json | None) -> None:
        if answer is not None:
            self._requests.answer(request, answer)
        elif cell is None:
            self._requests.answer(request, empty_answer(request))
        else:
            self._ask(request, cell.part_at(position), position)

    def _ask(self, request: Request, cell: Cell, position: int, own: OwnMatches | None = None) -> None:
        backend = self._state.backends[cell.target or self._state.default]
        if backend.lost:
            self._requests.answer(request, empty_answer(request))
            return
        if backend.state is BackendState.READY:
            self._send(request, cell, position, own, backend)
            return
        if request.type != "is_complete_request":
            if cell.header is not None and not self._state.holds_starts:
                self._starts.start(backend)
            if backend.state is BackendState.STARTING:
                self._waiting[backend.name].append(Pending(request, cell, position, own))
                return
        self._requests.answer(request, empty_answer(request))

    def ready(self, backend: Backend) -> None:
        """Send what has waited for a start."""
        for one in self._take_waiting(backend):
            self._send(one.request, one.cell, one.position, one.own, backend)

    def lost(self, backend: Backend) -> None:
        """Answer what a child has been asked, or was to be asked, that cannot be reached now."""
        for one in self._take_waiting(backend):
            self._requests.answer(one.request, empty_answer(one.request))
        for exchange in self._exchanges.of(backend.name):
            if exchange.request is not None and exchange.request.type in TYPES:
                self._exchanges.fail(exchange, BackendLost(f"{backend.name} cannot be reached now ({backend.lost})."))

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Answer what has waited for a start that has failed; the next cell reports why."""
        self._variables.pop(backend.name, None)
        for one in self._take_waiting(backend):
            self._requests.fail(one.request, error)

    def interrupted(self) -> None:
        """Answer what waits; the start goes on."""
        for backend in self._state.backends.values():
            for one in self._take_waiting(backend):
                self._requests.answer(one.request, empty_answer(one.request))

    def _take_waiting(self, backend: Backend) -> list[Pending]:
        waiting, self._waiting[backend.name] = self._waiting[backend.name], []
        return waiting

    def _send(self, request: Request, cell: Cell, position: int, own: OwnMatches | None, backend: Backend) -> None:
        text = question_text(cell, position)
        if request.type != "is_complete_request" and position < text.shift:
            self._requests.answer(request, empty_answer(request))
            return
        message = request.message
        if text.text != cell.code:
            changes: Json = {"code": text.text}
            if "cursor_pos" in request.content:
                changes["cursor_pos"] = text.to_child(position)
            message = message.with_content(**changes)
        self._requests.send(request, backend, message, shift=text.shift, own=own)

    def _is_complete(self, cell: Cell | None) -> Json | None:
        """A bare backend header is incomplete, commands are complete; a body is for the child to judge."""
        if cell is None:
            return {"status": "invalid"}
        if cell.part_at(len(cell.code)).has_body:
            return None
        return {"status": "complete"} if cell.header is None else {"status": "incomplete", "indent": ""}

    def _inspect(self, line: HeaderLine) -> Json:
        """Say what a header line's name means."""
        name = line.name.lower()
        if name == PARTS:
            text = "%%parts: run each part below, which begins with a header line of its own"
        elif self._state.names.is_command(name):
            text = self._command_help[name]
        else:
            named = self._state.names.resolve_all(name.split(","))
            backends = [self._state.backends[backend] for backend in named]
            known = ", ".join(f"{each.name} ({each.config.where}, {each.state})" for each in backends)
            text = f"%%{line.name}: run this cell on {known}"
        return {"status": "ok", "found": True, "data": {"text/plain": text}, "metadata": {}}

    def _complete(self, request: Request, code: str, cell: Cell | None, position: int) -> None:
        """Offer commands and backends where the cursor stands in a header line, finished or not."""
        start = code.rfind("\n", 0, position) + 1
        typed = code[start:position]
        if cell is not None and cell.header_line_at(position) is not None and not typed.startswith("%%"):
            self._requests.answer(request, empty_answer(request))
            return
        if not typed.startswith("%%") or not self._is_on_top(code, cell, start):
            self._answer_or_ask(request, cell, position, None)
            return
        offers = offers_in(code, position, self._state.names, self._state.default)
        if offers is None:
            self._answer_or_ask(request, cell, position, None)
            return
        own = OwnMatches(offers.matches, offers.start, position)
        if offers.variables_of is not None:
            self._offer_variables(request, own, code[offers.start : position], offers.variables_of)
        elif offers.is_name and cell is not None and self._default_has_magics(cell):
            self._ask(request, cell, position, own)
        else:
            self._requests.answer(request, own.content())

    def _offer_variables(self, request: Request, own: OwnMatches, typed: str, backend: str) -> None:
        """Offer the variables of a backend: it is asked if it has nothing to do, else the last list is used."""
        is_idle = not self._exchanges.of(backend)
        if self._state.backends[backend].can_be_asked and is_idle:
            self._tabs[request.id] = Tab(own, typed, backend)
            self._outbox.busy(request)
            self._outbox.add(StartJob((VARIABLES, request.id), ListVariables(backend)))
        else:
            self._requests.answer(request, self._with_variables(Tab(own, typed, backend)))

    def _listed(self, request_id: str, outcome: object) -> None:
        """Answer with a new list of variables, or with the last one if the backend cannot be asked."""
        tab, request = self._tabs.pop(request_id), self._requests.get(request_id)
        if isinstance(outcome, Sequence):
            self._variables[tab.backend] = tuple(outcome)
        if request is not None:
            self._requests.answer(request, self._with_variables(tab))

    def _with_variables(self, tab: Tab) -> Json:
        known = self._variables.get(tab.backend, ())
        variables = tuple((name, "variable") for name in known if name.startswith(tab.typed))
        return OwnMatches((*tab.own.matches, *variables), tab.own.start, tab.own.end).content()

    def _default_has_magics(self, cell: Cell) -> bool:
        """Whether the child, free to answer, has `%%` magics of its own to offer besides Multi's names."""
        backend = self._state.backends[self._state.default]
        return (
            not cell.header_lines
            and backend.can_be_asked
            and backend.profile.cell_magics
            and not self._exchanges.of(backend.name)
        )

    def _is_on_top(self, code: str, cell: Cell | None, start: int) -> bool:
        """Whether the line at `start` is one of Multi's, or may become one: only header lines and comments above."""
        if cell is None or cell.parts or cell.header_line_at(start) is not None:
            return True
        return cell.header is None and is_nothing(code[cell.body_start : start], None)


def empty_answer(request: Request) -> Json:
    """Return the answer without a finding, for a request that no child can be asked."""
    match request.type:
        case "complete_request":
            position = request.content.get("cursor_pos", 0)
            return {
                "status": "ok",
                "matches": [],
                "cursor_start": position,
                "cursor_end": position,
                "metadata": {},
            }
        case "inspect_request":
            return {"status": "ok", "found": False, "data": {}, "metadata": {}}
        case _:
            return {"status": "unknown"}
