"""Events in, actions out: the one place where all that Multi decides comes together, and where its features are named.

Each public method is an event; it returns the actions to perform, in order. The feature that handles a type knows what
its messages mean; what changes in a child's message is in `protocol.rewrite.TO_FRONT` and in the features' rules.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from .actions import Action, Channel, JobKey, Shutdown, Stop, TimerKey
from .backend import Backend
from .cells.names import Names
from .config import Config, Kernelspec
from .errors import BackendStopped, MultiError
from .exchanges import FLUSH, HALF_ANSWERED, IDLE_DELAY, Exchanges
from .execution.execution import Execution
from .execution.interrupts import NO_EFFECT, Interrupts
from .execution.lanes import Lanes
from .execution.starts import LEAVING, SLOW_START, Starts
from .execution.tracks import CELL
from .execution.turns import Turns
from .feature import Feature, Handler
from .features.comms.comms import Comms
from .features.connections import Connections
from .features.debugger.debugger import Debugger
from .features.displays import Displays
from .features.history import History
from .features.info import Info
from .features.introspection import Introspection
from .features.magic_hints import MagicHints
from .features.own_code import OwnCode
from .features.panel.panel import Panel
from .features.passthrough import Passthrough
from .features.stdin import Stdin
from .features.subshells.subshells import Subshells
from .features.typed_text import TypedText
from .guard import Guard
from .hooks import Hooks
from .lifecycle import Lifecycle
from .outbox import Outbox
from .protocol.wire import Composer, Identities, Json, Message, is_own_id
from .relay import Relay
from .request import CellRequest, Request
from .requests import Requests
from .spine import Spine
from .state import State


class Router:
    """Everything in flight between the notebook and the children."""

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
        front_ports: Mapping[str, int] = MappingProxyType({}),
        more_features: Iterable[Callable[[Spine], Feature]] = (),
    ) -> None:
        """Take the backends, the commands that header lines may name, and what returns a child's last lines.

        `config_error` is for the first cell to report; with `holds_starts` nothing starts before that; `front_ports`
        answer a connect_request; `more_features` come after Multi's own.
        """
        backends = {
            name: Backend(backend, kernelspecs.get(backend.kernel.lower()), partial(last_lines, name))
            for name, backend in config.backends.items()
        }
        languages = {name: backend.stated_language for name, backend in backends.items()}
        names = Names(config, frozenset(command_help), languages)
        self._outbox = outbox = Outbox(composer)
        self._hooks = hooks = Hooks()
        self._exchanges = exchanges = Exchanges(backends, outbox, hooks)
        self.state = state = State(
            config,
            names,
            backends,
            exchanges,
            Turns(),
            version,
            front_ports,
            config.default,
            config_error,
            holds_starts,
        )
        self.requests = requests = Requests(outbox, exchanges, hooks)
        self._lanes = lanes = Lanes()
        self._starts = starts = Starts(state, outbox, hooks)
        self._execution = execution = Execution(state, outbox, requests, hooks, lanes, starts)
        self._guard = guard = Guard(outbox, requests, execution.fail)
        self._lifecycle = lifecycle = Lifecycle(state, outbox, exchanges, execution, hooks, guard)
        self._interrupts = Interrupts(
            state, outbox, requests, exchanges, lanes, starts, execution.tracks, lifecycle, hooks
        )
        self._relay = Relay(outbox, exchanges, hooks, guard)

        spine = Spine(state, outbox, requests, exchanges, lanes, starts, lifecycle, hooks)
        self._own_code = OwnCode(spine)
        self._passthrough = Passthrough(spine)
        for feature in (
            Info(spine),
            Introspection(spine, command_help),
            Subshells(spine),
            Comms(spine),
            Debugger(spine),
            Stdin(spine),
            Displays(spine),
            Connections(spine),
            History(spine),
            TypedText(spine),
            Panel(spine, tuple(command_help)),
            MagicHints(spine),
            self._own_code,
            self._passthrough,
            *(make(spine) for make in more_features),
        ):
            hooks.add(feature)

        self._handlers: dict[str, Handler] = {
            "interrupt_request": self._interrupt,
            "shutdown_request": self._shutdown,
            **hooks.requests,
        }
        self._timers: dict[str, Callable[[str], None]] = {
            HALF_ANSWERED: exchanges.half_answered_timer,
            IDLE_DELAY: exchanges.idle_delay_timer,
            FLUSH: exchanges.flush_timer,
            SLOW_START: starts.slow_timer,
            LEAVING: execution.tracks.leaving_timer,
            **execution.tracks.copies.timers(),
            NO_EFFECT: self._interrupts.no_effect_timer,
            **hooks.timers,
        }
        self._jobs: dict[str, Callable[[str, object], None]] = {CELL: execution.tracks.job_done, **hooks.jobs}

    # The notebook.

    def from_front(self, channel: Channel, client: Identities, message: Message) -> list[Action]:
        """Take a message of the notebook on shell, control or stdin.

        No cell begins before `advance`: one that fails aborts all that has arrived, so all of it has to be taken first.
        """
        if channel == "stdin":
            self._guard(partial(self._on_stdin, client, message))
        elif message.id in self.requests:
            self._outbox.drop(channel, message, "the id of a request in flight")
        elif is_own_id(message.id, self._outbox.composer.session):
            self._outbox.drop(channel, message, "an id of Multi's own")
        else:
            request = self.requests.receive(channel, client, message)
            self._guard(partial(self._handle, request), request)
        return self._settle()

    def _handle(self, request: Request) -> None:
        if not self._hooks.accept(request):
            return
        if isinstance(request, CellRequest):
            self._execution.arrive(request)
        else:
            self._handlers.get(request.type, self._passthrough.handle)(request)

    def _on_stdin(self, client: Identities, message: Message) -> None:
        if (take := self._hooks.stdin.get(message.type)) is not None:
            take(client, message)
        else:
            self._outbox.drop("stdin", message, "no backend waits for it")

    def _interrupt(self, request: Request) -> None:
        self._interrupts.press()
        self.requests.answer(request, {"status": "ok"})

    def _shutdown(self, request: Request) -> None:
        content = {"status": "ok", "restart": bool(request.content.get("restart", False))}
        self._outbox.busy(request)
        self._outbox.publish(request, "shutdown_reply", content)
        self.requests.answer(request, content)
        self._outbox.add(Shutdown())

    def advance(self) -> list[Action]:
        """All that had arrived from the notebook has been taken; the next cell may begin."""
        return self._finish_event()

    # The children.

    def from_backend(self, name: str, channel: Channel, message: Message) -> list[Action]:
        """Take a message of a child; only what belongs to a request that was sent to it counts."""
        may_lead_on = self._relay.take(self.state.backends[name], channel, message)
        return self._finish_event() if may_lead_on else self._outbox.take()

    def ready(self, name: str, kernel_info: Json, startup_error: str = "") -> list[Action]:
        """A child is ready; `kernel_info` is the content of its kernel_info_reply."""
        return self._event(partial(self._lifecycle.ready, self.state.backends[name], kernel_info, startup_error))

    def start_failed(self, name: str, error: MultiError) -> list[Action]:
        """A child did not get ready, or cannot go on, for this reason."""
        return self._event(partial(self._lifecycle.end, self.state.backends[name], error))

    def died(self, name: str, how: str) -> list[Action]:
        """A child's process has ended by itself."""
        return self._event(partial(self._lifecycle.died, self.state.backends[name], how))

    def progress(self, name: str, text: str, is_shown: bool = False) -> list[Action]:
        """The start of a backend has come so far, in words; whether cells that wait for it are to show them."""
        return self._event(partial(self._lifecycle.progress, self.state.backends[name], text, is_shown))

    def lost(self, name: str, why: str) -> list[Action]:
        """The connection to a child elsewhere has broken, for this reason; what the child sends is not lost."""
        self._guard(partial(self._lifecycle.lost, self.state.backends[name], why))
        return self._event(partial(self._interrupts.lost, self.state.backends[name]))

    def back(self, name: str) -> list[Action]:
        """A child whose connection was lost can be reached again; what was missed follows."""
        self._guard(partial(self._lifecycle.back, self.state.backends[name]))
        return self._event(partial(self._interrupts.back, self.state.backends[name]))

    def undeliverable(self, name: str, message: Message, error: MultiError) -> list[Action]:
        """A message that ToBackend asked for has not been sent to the child."""
        exchange = self._exchanges.find(name, message.id)
        if exchange is None:
            return []
        return self._event(partial(self._exchanges.fail, exchange, error), exchange.request)

    def interrupt_failed(self, name: str, why: str) -> list[Action]:
        """A backend could not be sent a signal."""
        return self._event(partial(self._interrupts.failed, self.state.backends[name], why))

    # What commands and the front itself want.

    def begin(self) -> list[Action]:
        """The front is up."""
        return self._event(lambda: None if self.state.holds_starts else self._starts.begin())

    def start(self, name: str) -> list[Action]:
        """Start a backend, if it is stopped."""
        return self._event(partial(self._starts.start, self.state.backends[name]))

    def stop(self, name: str, *, keeps_job: bool = False) -> list[Action]:
        """Stop a backend, and fail what it has to do; with `keeps_job` it is about to be started again."""
        stopped = BackendStopped(f"{name} was stopped.")
        self._outbox.add(Stop(name, keeps_job))
        return self._event(partial(self._lifecycle.end, self.state.backends[name], stopped))

    def interrupt(self, name: str) -> list[Action]:
        """Interrupt one backend, if it has something to do."""
        return self._event(partial(self._interrupts.interrupt, self.state.backends[name]))

    def interrupt_all(self) -> list[Action]:
        """Do as the interrupt button does."""
        return self._event(self._interrupts.press)

    def run_silently(self, name: str, key: int, code: str) -> list[Action]:
        """Run code of Multi's own in a backend that is ready; OwnCodeEnded with this key tells the outcome."""
        return self._event(partial(self._own_code.run, self.state.backends[name], key, code))

    # What has been asked of the runtime.

    def timer(self, key: TimerKey) -> list[Action]:
        """Take a timer that has run out."""
        kind, about = key
        return self._event(lambda: self._timers[kind](about), self.requests.about(about))

    def job_done(self, key: JobKey, outcome: object) -> list[Action]:
        """Take what a job has returned, or the MultiError that it raised."""
        kind, about = key
        return self._event(lambda: self._jobs[kind](about, outcome), self.requests.about(about))

    def carried(self, key: JobKey, done: int, total: int) -> list[Action]:
        """A copy has got so many bytes from one machine to another, of so many."""
        return self._event(partial(self._execution.tracks.copies.carried, key[1], done, total))

    def _event(self, act: Callable[[], None], request: Request | None = None) -> list[Action]:
        self._guard(act, request)
        return self._finish_event()

    def _begin(self, request: Request) -> None:
        if isinstance(request, CellRequest):
            self._execution.begin(request)
        else:
            self._hooks.queued[request.type](request)

    def _finish_event(self) -> list[Action]:
        """Begin what the event has cleared the way for, and return all there is to do."""
        while True:
            while (request := self._lanes.next()) is not None:
                self._guard(partial(self._begin, request), request)
            if not self._execution.wake():
                return self._settle()

    def _settle(self) -> list[Action]:
        self._guard(self._interrupts.settle)
        self._guard(self._hooks.settle)
        return self._outbox.take()
