"""How backends come and go: ready, failed to start, died, stopped; and what each means for requests and comms."""

from .actions import CancelTimer, ToFront
from .backend import Backend, BackendState
from .errors import BackendDied, MultiError
from .execution.execution import Execution
from .execution.flight import Flight
from .features.comms.checks import CommChecks
from .features.debugger.debugger import Debugging
from .kernels.table import language_of
from .protocol.wire import Json
from .state import State


class Lives:
    """The events of a backend's life, as the runtime reports them."""

    def __init__(
        self, state: State, flight: Flight, execution: Execution, debugging: Debugging, checks: CommChecks
    ) -> None:
        """Take the state and the parts that hear of it."""
        self._state = state
        self._outbox = state.outbox
        self._flight = flight
        self._execution = execution
        self._debugging = debugging
        self._checks = checks

    def ready(self, backend: Backend, kernel_info: Json, startup_error: str) -> None:
        """A child has answered kernel_info on shell and been heard on iopub."""
        backend.started(kernel_info, startup_error)
        if language := language_of(kernel_info).lower():
            self._state.names.languages[backend.name] = language
        self._debugging.ready(backend)

    def start_failed(self, backend: Backend, error: MultiError) -> None:
        """A child did not get ready, or cannot go on."""
        self.end(backend, error)

    def died(self, backend: Backend, how: str) -> None:
        """A child's process has ended by itself; `how` says with which signal or exit code."""
        text = f"{backend.name} died ({how}); the next cell for it starts it anew, empty."
        self.end(backend, BackendDied(text, self._state.last_lines(backend.name)))
        backend.notices.append(f"{backend.name} had died and was started anew: it is new and empty.")

    def end(self, backend: Backend, error: MultiError) -> None:
        """End all that a child has to do with, since it is no more; `%%log` says why."""
        if backend.state is not BackendState.STOPPED:
            self._outbox.log(str(error), backend.name)
        backend.ended()
        self._execution.start_failed(backend, error)
        self._outbox.add(CancelTimer(("interrupt", backend.name)))
        for request in self._state.requests_of(backend.name):
            if request.replied:
                self._flight.finish(request)
            else:
                self._execution.fail(request, error)
        for request in self._state.copying(backend.name):
            self._execution.fail(request, error)
        self._state.silent_runs.forget_backend(backend.name, error)
        self._state.inputs.forget_backend(backend.name)
        self._state.subshells.forget_backend(backend.name)
        self._checks.forget_backend(backend.name)
        for comm_id in self._state.comms.close_all(backend.name):
            close = self._outbox.composer.message("comm_close", {"comm_id": comm_id, "data": {}})
            self._outbox.add(ToFront("iopub", close))
        self._debugging.ended(backend, error)
