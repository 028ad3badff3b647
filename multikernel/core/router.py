"""Events in, actions out: the one place where all that Multi decides comes together.

Each public method is an event; it returns the actions to perform, in order. What a message of the notebook means is
a table by its type (`_handlers`); what a child's message changes on its way out is a table too (`rewrite.TO_FRONT`).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from .actions import Action, Channel, FindHistory, HistoryEntry, MeasureUsage, Shutdown, Stop, TimerKey, ToBackend
from .backend import Backend, BackendState
from .cells.names import Names
from .config import Config, Kernelspec
from .errors import BackendStopped, MultiError
from .execution.execution import Execution
from .execution.flight import Flight
from .execution.interrupts import Interrupts
from .features.comms.checks import CommChecks
from .features.comms.routing import CommRouting
from .features.debugger.debugger import Debugging
from .features.debugger.source_files import SourceFiles
from .features.info import ANSWERS
from .features.introspection import TYPES as QUESTIONS
from .features.introspection import Questions
from .features.subshells.routing import SubshellRouting
from .lifecycle import Lives
from .outbox import Outbox
from .protocol.wire import Composer, Identities, Json, Message, WireError, is_own_id
from .relay import Relay
from .request import COMM_TYPES, CellRequest, Request
from .state import State

UNANSWERED_KEPT = 1000
"""Requests of unknown types whose replies, if any come, still find their way."""


class Router:
    """The state of everything in flight between the notebook and the children."""

    def __init__(
        self,
        config: Config,
        kernelspecs: Mapping[str, Kernelspec],
        composer: Composer,
        command_help: Mapping[str, str],
        last_lines: Callable[[str], Sequence[str]],
        version: str,
        config_error: MultiError | None = None,
        holds_starts: bool = False,
        ports: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Take the backends, the commands that header lines may name, and a look at what a child's process wrote.

        `config_error` is for the first cell to say; with `holds_starts` nothing starts before that; `ports` are for a
        connect_request.
        """
        backends = {
            name: Backend(backend, kernelspecs.get(backend.kernel.lower())) for name, backend in config.backends.items()
        }
        languages = {
            name: backend.kernelspec.language.lower() for name, backend in backends.items() if backend.kernelspec
        }
        names = Names(config, frozenset(command_help), languages)
        self._outbox = Outbox(composer)
        self.state = State(
            config,
            names,
            backends,
            self._outbox,
            version,
            last_lines,
            config.default,
            ports,
            config_error,
            holds_starts,
        )
        for backend in backends.values():
            if backend.kernelspec is not None and backend.kernelspec.has_debugger:
                backend.sources = SourceFiles(self.state.naming)
        self._flight = Flight(self.state)
        self._execution = Execution(self.state, self._flight)
        self._debugging = Debugging(self.state, self._flight, self._execution)
        self._checks = checks = CommChecks(self.state, self._flight)
        self._lives = Lives(self.state, self._flight, self._execution, self._debugging, checks)
        self._interrupts = Interrupts(self.state, self._flight, self._execution, self._lives)
        self._comms = CommRouting(self.state, self._flight, self._execution, checks)
        self._subshells = SubshellRouting(self.state, self._flight, self._execution)
        answers = {
            "comm_info_reply": checks.replied,
            "status": self._status_of_question,
            "execute_reply": self.state.silent_runs.replied,
            "create_subshell_reply": self._subshells.created,
            "delete_subshell_reply": self._subshells.deleted,
            "debug_reply": self._debugging.answered,
        }
        self._relay = Relay(self.state, self._flight, self._execution, self._debugging, checks, answers)
        self._questions = Questions(self.state, self._flight, command_help)
        self._handlers: dict[str, Callable[[Request], None]] = {
            "execute_request": self._execution.arrive,
            "interrupt_request": self._interrupt,
            "shutdown_request": self._shutdown,
            "history_request": self._history,
            "usage_request": self._usage,
            **dict.fromkeys(QUESTIONS, self._questions.arrive),
            "debug_request": self._debugging.arrive,
            "create_subshell_request": self._subshells.create,
            "delete_subshell_request": self._subshells.delete,
            "list_subshell_request": self._subshells.list,
            **dict.fromkeys(COMM_TYPES, self._comms.arrive),
            **dict.fromkeys(ANSWERS, self._answer),
        }

    def from_front(self, channel: Channel, client: Identities, message: Message) -> list[Action]:
        """Take a message of the notebook on shell, control or stdin.

        No cell begins before `advance`: one that fails aborts all that has arrived, so all of it has to be taken first.
        """
        if channel == "stdin":
            self._input_reply(client, message)
        elif message.id in self.state.in_flight:
            self._outbox.drop(channel, message, "the id of a request in flight")
        elif is_own_id(message.id, self._outbox.composer.session):
            self._outbox.drop(channel, message, "an id of Multi's own")
        else:
            self._request(channel, client, message)
        self._interrupts.settle()
        return self._outbox.take()

    def advance(self) -> list[Action]:
        """All that had arrived from the notebook has been taken; the next cell may begin."""
        return self._finish_event()

    def from_backend(self, name: str, channel: Channel, message: Message) -> list[Action]:
        """Take a message of a child; only what belongs to a request that was sent to it counts."""
        self._relay.take(self.state.backends[name], channel, message)
        return self._finish_event()

    def begin(self) -> list[Action]:
        """The front is up."""
        if not self.state.holds_starts:
            self._execution.begin_starts()
        return self._finish_event()

    def start(self, name: str) -> list[Action]:
        """Start a backend, if it is stopped."""
        self._execution.start(self.state.backends[name])
        return self._finish_event()

    def stop(self, name: str) -> list[Action]:
        """Stop a backend, and end what it has to do."""
        self._lives.end(self.state.backends[name], BackendStopped(f"{name} was stopped."))
        self._outbox.add(Stop(name))
        return self._finish_event()

    def interrupt(self, name: str) -> list[Action]:
        """Interrupt one backend, if it has something to do."""
        self._interrupts.interrupt(self.state.backends[name])
        return self._finish_event()

    def interrupt_all(self) -> list[Action]:
        """Do as the interrupt button does."""
        self._interrupts.press()
        return self._finish_event()

    def ready(self, name: str, kernel_info: Json, startup_error: str = "") -> list[Action]:
        """A child is ready; `kernel_info` is the content of its kernel_info_reply."""
        self._lives.ready(self.state.backends[name], kernel_info, startup_error)
        return self._finish_event()

    def start_failed(self, name: str, error: MultiError) -> list[Action]:
        """A child did not get ready, for this reason."""
        self._lives.start_failed(self.state.backends[name], error)
        return self._finish_event()

    def died(self, name: str, how: str) -> list[Action]:
        """A child's process has ended by itself."""
        self._lives.died(self.state.backends[name], how)
        return self._finish_event()

    def timer(self, key: TimerKey) -> list[Action]:
        """Take a timer that has run out."""
        kind, about = key
        request = self.state.in_flight.get(about)
        match kind:
            case "interrupt":
                self._interrupts.no_effect_timer(self.state.backends[about])
            case "debugger":
                self._debugging.no_answer_timer(self.state.backends[about])
            case "slow start":
                self._execution.slow_start_timer(about)
            case "slow copy" if request is not None:
                self._flight.slow_copy_timer(request)
            case "subshell":
                self._subshells.late_timer(about)
            case "silent run":
                self.state.silent_runs.half_answered_timer(about)
            case "half answered" if request is not None:
                if (error := self._flight.half_answered_timer(request)) is not None:
                    self._execution.fail(request, error)
            case "idle delay" if request is not None:
                self._flight.idle_delay_timer(request)
        return self._finish_event()

    def run_silently(self, name: str, key: int, code: str) -> list[Action]:
        """Run code of Multi's own in a backend that is ready; RunEnded with this key says what came of it."""
        self.state.silent_runs.ask(self.state.backends[name], key, code)
        return self._finish_event()

    def command_done(self, request_id: str, outcome: Json | MultiError | None) -> list[Action]:
        """Take what a command returned (a MIME bundle to show, or nothing) or raised."""
        request = self.state.in_flight.get(request_id)
        if isinstance(request, CellRequest):
            self._execution.command_done(request, outcome)
        return self._finish_event()

    def history_found(self, request_id: str, entries: Sequence[HistoryEntry]) -> list[Action]:
        """Take what FindHistory found."""
        request = self.state.in_flight.get(request_id)
        if request is not None:
            history = self.state.results.with_outputs(entries, request.content)
            self._flight.answer(request, {"status": "ok", "history": history})
        return self._finish_event()

    def usage_measured(self, request_id: str, usage: Json) -> list[Action]:
        """Take what MeasureUsage measured: the content of a usage_reply."""
        request = self.state.in_flight.get(request_id)
        if request is not None:
            self._flight.answer(request, usage)
        return self._finish_event()

    def _request(self, channel: Channel, client: Identities, message: Message) -> None:
        kind = CellRequest if message.type == "execute_request" else Request
        try:
            content = message.content()
        except WireError:
            content = {}
        request = kind(message, channel, client, content)
        self.state.in_flight[request.id] = request
        if self._subshells.is_known(request):
            self._handlers.get(message.type, self._unknown)(request)

    def _answer(self, request: Request) -> None:
        self._flight.answer(request, ANSWERS[request.type](self.state, request))

    def _interrupt(self, request: Request) -> None:
        self._interrupts.press()
        self._flight.answer(request, {"status": "ok"})

    def _history(self, request: Request) -> None:
        self._outbox.busy(request)
        self._outbox.add(FindHistory(request.id, request.content))

    def _usage(self, request: Request) -> None:
        self._outbox.busy(request)
        self._outbox.add(MeasureUsage(request.id))

    def _shutdown(self, request: Request) -> None:
        content = {"status": "ok", "restart": bool(request.content.get("restart", False))}
        self._outbox.busy(request)
        self._outbox.publish(request, "shutdown_reply", content)
        self._flight.answer(request, content)
        self._outbox.add(Shutdown())

    def _unknown(self, request: Request) -> None:
        """Send a type that Multi does not know to the current backend, if that runs.

        Nobody knows whether it has a reply, so idle does not wait for one; one that comes is sent on.
        """
        backend = self.state.backends[self.state.default]
        if backend.state is BackendState.READY:
            self._flight.send(request, backend, request.channel)
            self.state.unanswered[request.id] = request.channel
            if len(self.state.unanswered) > UNANSWERED_KEPT:
                del self.state.unanswered[next(iter(self.state.unanswered))]
        self._outbox.busy(request)
        self._flight.finish(request)

    def _input_reply(self, client: Identities, message: Message) -> None:
        answer = self.state.inputs.answer(client, message)
        if answer is None:
            self._outbox.drop("stdin", message, "no backend waits for it")
        else:
            name, reply = answer
            self._outbox.add(ToBackend(name, "stdin", reply))

    def _status_of_question(self, backend: str, status: Message) -> None:
        self._checks.status(backend, status)
        self.state.silent_runs.status(backend, status)

    def _finish_event(self) -> list[Action]:
        """Begin what the event has cleared the way for, and return all there is to do."""
        while (request := self._execution.next()) is not None:
            if isinstance(request, CellRequest):
                self._execution.begin(request)
            else:
                self._comms.route(request)
        self._interrupts.settle()
        return self._outbox.take()
