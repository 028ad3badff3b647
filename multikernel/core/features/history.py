"""The notebook's history: cells from the file of all sessions, and this session's short results.

IPython has all results of its session in memory; here they are kept for a history_request with `output`.
"""

from collections.abc import Callable, Mapping, Sequence

from ..actions import Channel, FindHistory, HistoryEntry, StartJob
from ..backend import Backend
from ..bounded import Bounded
from ..exchange import NotebookExchange
from ..feature import Feature, Handler, Rule
from ..protocol.wire import Json, Message, WireError, decode
from ..request import CellRequest, Request
from ..spine import Spine

RESULTS_KEPT = 1000
LONGEST_RESULT = 10_000
"""Bytes of an execute_result's content; what is longer would hold the memory that it has taken on its way."""

HISTORY = "history"
"""Jobs, by the request that they are for."""


class History(Feature):
    """Answers history_request."""

    def __init__(self, spine: Spine) -> None:
        """Begin without results."""
        self._outbox = spine.outbox
        self._requests = spine.requests
        self._results: Bounded[int, bytes] = Bounded(RESULTS_KEPT)
        """Execution count -> content of an execute_result, decoded only if somebody asks."""

    def requests(self) -> Mapping[str, Handler]:
        """Take what the notebook asks."""
        return {"history_request": self._asked}

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Take note of results."""
        return {("iopub", "execute_result"): self._result}

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Take what has been found."""
        return {HISTORY: self._found}

    def _asked(self, request: Request) -> None:
        self._outbox.busy(request)
        self._outbox.add(StartJob((HISTORY, request.id), FindHistory(request.content)))

    def _result(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        """Keep a result, unless it is long."""
        is_short = len(message.content_frame) <= LONGEST_RESULT
        if exchange is not None and is_short and _is_stored(exchange.request):
            self._results[exchange.origin.count] = bytes(message.content_frame)
        return message

    def _found(self, request_id: str, outcome: object) -> None:
        request = self._requests.get(request_id)
        query = {} if request is None else request.content
        self._requests.answer_from_job(
            request_id, outcome, lambda entries: {"status": "ok", "history": self._with_outputs(entries, query)}
        )

    def _with_outputs(self, entries: Sequence[HistoryEntry], query: Json) -> list[object]:
        """Return entries as a history_reply has them; session 0 is this one, and only it has outputs, as in IPython.

        A client that asks for this session by its number finds it under that number, as jupyter_kernel_test expects.
        """
        asked_for = query.get("session")
        own = asked_for if isinstance(asked_for, int) and asked_for > 0 else 0
        return [
            (at or own, line, (code, None if at else self._text(line)) if query.get("output") else code)
            for at, line, code in entries
        ]

    def _text(self, count: int) -> str | None:
        """Return a result as plain text, or None if there is none."""
        try:
            data = decode(self._results.get(count, b"{}")).get("data")
        except WireError:
            return None
        text = data.get("text/plain") if isinstance(data, dict) else None
        return text if isinstance(text, str) else None


def _is_stored(request: Request) -> bool:
    return isinstance(request, CellRequest) and request.stores_history
