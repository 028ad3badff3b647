"""Keeps a bug of Multi's own to the one request that it concerns."""

from collections.abc import Callable

from .errors import InternalError, MultiError
from .outbox import Outbox
from .request import Request
from .requests import Requests


class Guard:
    """Calls what may go wrong; an exception is logged and ends a request with an error, and nothing else."""

    def __init__(self, outbox: Outbox, requests: Requests, fail: Callable[[Request, MultiError], None]) -> None:
        """Take how a request is failed."""
        self._outbox = outbox
        self._requests = requests
        self._fail = fail

    def __call__(self, act: Callable[[], None], request: Request | None = None) -> None:
        """Call a function that works for a request, or for none."""
        try:
            act()
        except Exception as error:
            self.caught(error, request)

    def caught(self, error: Exception, request: Request | None) -> None:
        """Log an exception, and end the request that it concerns."""
        self._outbox.bug(error)
        if request is None or request.is_over:
            return
        try:
            self._fail(request, InternalError(error))
        except Exception as another:
            self._outbox.bug(another)
        if not request.is_over:
            self._requests.cut_short(request, InternalError(error))
