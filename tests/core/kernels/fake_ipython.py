"""What the setup of an IPython child needs of ipykernel and IPython."""

from collections.abc import Callable
from types import SimpleNamespace

import IPython
import pytest
from traitlets import Float
from traitlets.config import Configurable


class FakeThread:
    """ipykernel's thread for iopub, in which alone its socket may be touched."""

    def __init__(self) -> None:
        self.options: dict[int, int] = {}
        self.socket = SimpleNamespace(setsockopt=self.options.__setitem__)
        self.scheduled: list[Callable[[], None]] = []
        self.schedule = self.scheduled.append


class FakeKernel(Configurable):
    """`ipykernel.kernelbase.Kernel`."""

    _execute_sleep = Float(0.0005).tag(config=True)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.shell_handlers = {"execute_request": lambda stream, ident, request: (stream, ident, request)}
        self.iopub_thread = FakeThread()
        self.handled = 0
        self.handler_error: Exception | None = None

    def post_handler_hook(self) -> None:
        self.handled += 1
        if self.handler_error is not None:
            raise self.handler_error

    def sleeps(self) -> float:
        return self._execute_sleep


class FakeIPythonKernel(FakeKernel):
    """The class of the kernel itself."""


def set_up(monkeypatch: pytest.MonkeyPatch, kernel: object) -> SimpleNamespace:
    """Return a shell that is IPython's, with this kernel."""
    history = SimpleNamespace(input_hist_raw=["", "a"], input_hist_parsed=["", "a"])
    shell = SimpleNamespace(kernel=kernel, history_manager=history, execution_count=2)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return shell
