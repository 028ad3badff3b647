"""How a cell ends: its reply, its idle, and what its outcome means for the cells behind it."""

from ..errors import MultiError
from ..outbox import Outbox
from ..protocol.rewrite import ABORTED
from ..protocol.wire import Json, Message
from ..request import CellRequest, Part
from ..requests import Requests, cell_reply
from ..state import State
from .lanes import Lanes

OK = "ok"


class Answers:
    """Sends one reply for each cell, however many children run it."""

    def __init__(self, state: State, outbox: Outbox, requests: Requests, lanes: Lanes) -> None:
        """Take what outcomes change."""
        self._state = state
        self._outbox = outbox
        self._requests = requests
        self._lanes = lanes

    def aborted(self, request: CellRequest) -> None:
        """Answer a cell that never began; it has no number, which front-ends show for 0."""
        self._requests.answer(request, cell_reply(request, {"status": ABORTED}))

    def forward(self, request: CellRequest, reply: Message, status: object) -> None:
        """Send on the reply of the only child."""
        self._note(request, has_failed=status != OK)
        self._outbox.forward_reply(request, reply)

    def part_failed(self, request: CellRequest, part: Part, content: Json) -> None:
        """Take the reply of a child that has failed; it has published the error itself."""
        keys = ("status", "ename", "evalue", "traceback")
        failure: Json = {"status": "error"} | {key: content[key] for key in keys if key in content}
        if part.marks is not None:
            what = failure.get("evalue") or failure.get("ename") or failure["status"]
            failure["evalue"] = f"{part.backend}: {what}"
        part.failure = failure
        request.failures.append(failure)

    def failed(self, request: CellRequest, error: MultiError, part: Part | None) -> None:
        """Take an error of Multi's own, of a part or of the whole cell, and publish it."""
        self._outbox.error(request, error)
        failure: Json = {"status": "error", **error.content()}
        request.failures.append(failure)
        if part is not None:
            part.failure = failure

    def finish(self, request: CellRequest) -> None:
        """End a cell of which all is done."""
        self._note(request, has_failed=bool(request.failures))
        held = request.parts[0].reply if request.is_plain and request.parts else None
        if held is not None and not request.failures:
            self._outbox.forward_reply(request, held)
        else:
            self._outbox.reply(request, _content(request))
        self._requests.finish(request)

    def fail(self, request: CellRequest, error: MultiError) -> None:
        """End a cell with an error, whatever is still being done for it."""
        self._note(request, has_failed=True)
        self._requests.fail(request, error)

    def _note(self, request: CellRequest, *, has_failed: bool) -> None:
        """Let a `%%use` take effect, or abort what is queued behind a cell that failed."""
        if not has_failed:
            if request.cell is not None and request.cell.new_default is not None:
                self._state.default = request.cell.new_default
        elif request.stops_on_error and self._lanes.is_running(request):
            self._lanes.abort(request.subshell)


def _content(request: CellRequest) -> Json:
    """Return the content of a reply for all parts: the first error, of a broadcast all, or ok, and all payloads."""
    replies = [part.reply.content() for part in request.parts if part.reply is not None]
    content = cell_reply(request, {"status": OK})
    payloads = [reply.get("payload") for reply in replies]
    for entry in (entry for payload in payloads if isinstance(payload, list) for entry in payload):
        if not (_is_broadcast(request) and entry in content["payload"]):
            content["payload"].append(entry)
    failures = _failures(request)
    if failures:
        several = {failure["evalue"]: failure for failure in failures if "evalue" in failure}
        content |= failures[0]
        if _is_broadcast(request) and len(several) > 1:
            content["evalue"] = "; ".join(several)
            content["traceback"] = [line for failure in several.values() for line in failure.get("traceback", ())]
    elif replies:
        content["user_expressions"] = replies[-1].get("user_expressions", {})
    return content


def _failures(request: CellRequest) -> list[Json]:
    """Return the errors in the order in which they came, those of a broadcast in the order of its header."""
    if not _is_broadcast(request):
        return request.failures
    of_parts = [part.failure for part in request.parts if part.failure is not None]
    return of_parts + [failure for failure in request.failures if failure not in of_parts]


def _is_broadcast(request: CellRequest) -> bool:
    """Whether all parts are those of one body; below `%%parts` the reply is the first error."""
    is_in_parts = request.cell is not None and bool(request.cell.parts)
    return not is_in_parts and any(part.marks is not None for part in request.parts)
