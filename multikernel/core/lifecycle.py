"""How backends come and go: ready, failed to start, died, stopped; and what each means for requests and features."""

from functools import partial

from .actions import CancelTimer
from .backend import Backend, BackendState
from .errors import BackendDied, MultiError
from .exchanges import Exchanges
from .execution.execution import Execution
from .feature import Feature
from .guard import Guard
from .hooks import Hooks
from .outbox import Outbox
from .protocol.wire import Json
from .state import State

EXITED = "exit code 0"
"""How a process has ended that was asked to, as by `exit`."""


class Lifecycle:
    """What the runtime reports of a backend's processes."""

    def __init__(
        self, state: State, outbox: Outbox, exchanges: Exchanges, execution: Execution, hooks: Hooks, guard: Guard
    ) -> None:
        """Take what hears of it."""
        self._state = state
        self._outbox = outbox
        self._exchanges = exchanges
        self._execution = execution
        self._hooks = hooks
        self._guard = guard

    def ready(self, backend: Backend, kernel_info: Json, startup_error: str) -> None:
        """A child has answered kernel_info on shell and been heard on iopub.

        What has just arrived from the notebook may have stopped the backend; then this is about a child that has gone.
        """
        if backend.state is not BackendState.STARTING:
            return
        backend.introduced(kernel_info)
        if startup_error:
            backend.notice(f"The startup code of {backend.name} failed: {startup_error}")
        preparing: list[Feature] = []
        for feature in self._hooks.features:
            self._guard(partial(_prepare, feature, backend, preparing))
        if not preparing:
            self.resume(backend)

    def resume(self, backend: Backend) -> None:
        """Let a child that has been told all run cells."""
        backend.ready()
        self._execution.started(backend)
        for feature in self._hooks.features:
            self._guard(partial(feature.ready, backend))

    def progress(self, backend: Backend, text: str, is_shown: bool) -> None:
        """A start has come so far."""
        if backend.state is BackendState.STARTING:
            backend.progress, backend.shows_progress = text, is_shown
            self._execution.progress(backend)

    def lost(self, backend: Backend, why: str) -> None:
        """The connection to a child elsewhere has broken; the child goes on, and what it sends comes when it is back.

        It may break once more before it is back.
        """
        if backend.state is BackendState.STOPPED:
            return
        was_lost, backend.lost = bool(backend.lost), why
        if not was_lost:
            self._exchanges.pause(backend.name)
            for feature in self._hooks.features:
                self._guard(partial(feature.lost, backend))

    def back(self, backend: Backend) -> None:
        """A child that was lost can be reached again."""
        if not backend.lost:
            return
        backend.lost = ""
        self._exchanges.resume(backend.name)
        for feature in self._hooks.features:
            self._guard(partial(feature.back, backend))

    def died(self, backend: Backend, how: str) -> None:
        """A child's process has ended by itself; `how` names the signal or the exit code.

        An attached one has gone, as far as the runtime can tell.
        """
        if backend.is_attached:
            text = f"{backend.name} is no longer attached, since {how}; the next cell for it attaches it again."
            self.end(backend, BackendDied(text))
            backend.notice(f"{backend.name} is attached again; it is empty if its owner has restarted it.")
            return
        verb = "ended" if how == EXITED and not self._exchanges.is_busy(backend.name) else "died"
        text = f"{backend.name} {verb} ({how}); the next cell for it starts it again, empty."
        self.end(backend, BackendDied(text, backend.last_lines()))
        backend.notice(f"{backend.name} had {verb} and was restarted: it is new and empty.")

    def end(self, backend: Backend, error: MultiError) -> None:
        """Fail every request that involves a child that has gone; `%%log` shows why."""
        if backend.state is not BackendState.STOPPED:
            self._outbox.log(str(error), backend.name)
        backend.ended()
        self._outbox.add(CancelTimer(("interrupt", backend.name)))
        self._execution.backend_ended(backend, error)
        for exchange in self._exchanges.of(backend.name):
            self._guard(partial(self._exchanges.fail, exchange, error), exchange.request)
        for feature in self._hooks.features:
            self._guard(partial(feature.ended, backend, error))


def _prepare(feature: Feature, backend: Backend, preparing: list[Feature]) -> None:
    if feature.is_preparing(backend):
        preparing.append(feature)
