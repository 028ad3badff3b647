"""Errors of Multi itself, as the user sees them: the class is the ename, the text is the evalue.

Each text says in a sentence what is wrong and what to do; none carries an internal traceback.
"""

from collections.abc import Sequence

from .protocol.wire import Json


class StartError(Exception):
    """Why the front cannot run, in one sentence."""


class MultiError(Exception):
    """An error that ends a cell, with the last lines of a child's stderr where they help."""

    def __init__(self, text: str, details: Sequence[str] = ()) -> None:
        """Take the sentence for the user, and lines that are shown below it."""
        super().__init__(text)
        self.details = tuple(details)

    def content(self) -> Json:
        """Return what an `error` message and an error reply have in common (messaging spec, "Request-Reply")."""
        name = type(self).__name__
        headline = f"\x1b[0;31m{name}\x1b[0m: {self}"
        return {"ename": name, "evalue": str(self), "traceback": [headline, *self.details]}


class HeaderError(MultiError):
    """A header line that cannot be right."""


class BackendNotFound(MultiError):
    """A name that no backend has, or a kernelspec that is not installed."""


class BackendNotTrusted(MultiError):
    """A backend elsewhere, of a config file that came with a notebook and that the user has not trusted."""


class BackendStartError(MultiError):
    """A backend that did not start."""


class BackendDied(MultiError):
    """A backend whose process ended."""


class BackendLost(MultiError):
    """A backend elsewhere that cannot be reached, and that was given up."""


class BackendStopped(MultiError):
    """A backend that was stopped while it had something to do."""


class BackendRestarted(MultiError):
    """A backend that was restarted while it had something to do."""


class BackendError(MultiError):
    """A backend that broke the protocol, or that a message cannot be sent to."""


class UnknownSubshellError(MultiError):
    """A subshell that was never created, or has been deleted."""


class Interrupted(MultiError):
    """A cell that was interrupted while Multi itself was at work on it."""


class TransferError(MultiError):
    """A value that could not be copied from one backend to another."""


class InternalError(MultiError):
    """A bug of Multi's own, which costs the request at hand."""

    def __init__(self, error: BaseException) -> None:
        """Take the exception; its traceback is for the log."""
        super().__init__(
            f"A bug in Multi ended this request: {type(error).__name__}: {error}. Nothing else is affected; "
            f"please report it with the traceback in the kernel's log."
        )
