"""The exchanges that are open, and the origins of those that were: what a child's message belongs to.

An exchange ends when the child's reply and its idle are both here. A child may forget one of the two; when it has then
been silent for a while, the missing half is made up, so that nothing hangs.

A child that sends outputs of a cell after both is asked to print a mark: when that is here, the cell's exchange ends.
"""

from collections.abc import Mapping

from .actions import CancelTimer, Channel, SetTimer, ToBackend
from .backend import Backend
from .bounded import Bounded
from .errors import BackendError, MultiError
from .exchange import Exchange, Heard, NotebookExchange, Phase
from .flush import Flush
from .hooks import Hooks
from .outbox import Outbox
from .protocol.rewrite import Origin
from .protocol.wire import Message
from .request import CellRequest

HALF_ANSWERED_SECONDS = 5.0
"""How long a child may be silent between its reply and its idle before the missing one is made up.

An interrupt at an unlucky moment costs ipykernel 7.4 the reply.
"""

INTERRUPTED_SECONDS = 0.25
"""The same for the reply to code of Multi's own that was interrupted: a copy that the user has given up waits for it.

Kernels send the reply before the idle, so it is hardly ever late, but lost where ipykernel was parsing the code.
"""

LONGEST_HOLD_SECONDS = 10.0
"""How long idle is held at most for a child that goes on sending."""

LONGEST_DELAY_SECONDS = 0.5
"""How long a pause of such a child may be at most."""

FLUSH_SECONDS = 5.0
"""How long a child may be silent before its mark is given up: the user's code in the background may be in its way."""

LONGEST_FLUSH_SECONDS = 120.0
"""How long a mark is waited for at most while a child goes on sending: deno sends 2,000 outputs or more a second."""

LONGEST_MARK = 1000
"""Bytes of the content of a message that is a mark, at most."""

MARKS_KEPT = 100
"""Marks that were given up, and are not shown if they come after all."""

CONCURRENT_SECONDS = 0.05
"""How long after the first output of a comm message without a busy its idle is made up."""

ORIGINS_KEPT = 10_000
"""Requests whose late outputs still find their parent: the newest of those that were sent or had outputs."""

HALF_ANSWERED, IDLE_DELAY, FLUSH = "half answered", "idle delay", "flush"
"""Timers, by the key of their exchange."""

Key = tuple[str, str]
"""Backend and msg_id."""


class Exchanges:
    """Every request that a child has not finished, and where late outputs belong."""

    def __init__(self, backends: Mapping[str, Backend], outbox: Outbox, hooks: Hooks) -> None:
        """Take the children, where actions go, and the features: one may carry a message into a child's subshell."""
        self._backends = backends
        self._outbox = outbox
        self._hooks = hooks
        self._open: dict[Key, Exchange] = {}
        self._origins: Bounded[Key, Origin] = Bounded(ORIGINS_KEPT)
        self._marks: Bounded[str, Exchange] = Bounded(MARKS_KEPT)
        """By what a child was asked to print, the exchange that ends when it has."""

    def send(self, exchange: Exchange, channel: Channel, message: Message, subshell: str | None = None) -> None:
        """Open an exchange: send its request to the child, into a subshell of the notebook where one is named."""
        key, backend = (exchange.backend, exchange.message_id), self._backends[exchange.backend]
        self._open[key] = exchange
        if isinstance(exchange, NotebookExchange):
            self._origins[key] = exchange.origin
            if isinstance(exchange.request, CellRequest):
                backend.latest = exchange.origin
        elif backend.profile.flush and backend.latest is not None:
            self._origins[key] = backend.latest
        if subshell is None or not self._hooks.carry(subshell, backend, channel, message):
            self._outbox.add(ToBackend(exchange.backend, channel, message))

    def find(self, backend: str, msg_id: str) -> Exchange | None:
        """Return the open exchange that a child's message belongs to."""
        return self._open.get((backend, msg_id))

    def origin(self, backend: str, msg_id: str) -> Origin | None:
        """Return the origin of a request that was sent to a child, over or not, and keep it from growing old."""
        key = (backend, msg_id)
        origin = self._origins.get(key)
        if origin is not None:
            self._origins.touch(key)
        return origin

    def of(self, backend: str) -> list[Exchange]:
        """Return the open exchanges with a child, the oldest first."""
        return [exchange for exchange in self._open.values() if exchange.backend == backend]

    def is_busy(self, backend: str) -> bool:
        """Whether a child is at something for the notebook."""
        return any(isinstance(exchange, NotebookExchange) and exchange.is_begun for exchange in self.of(backend))

    def replied(self, exchange: Exchange, reply: Message) -> None:
        """Take a child's reply, which the exchange awaits."""
        exchange.replied(reply)
        exchange.hear(Heard.REPLY)
        self._settle(exchange)

    def idle(self, exchange: Exchange) -> None:
        """Take a child's idle; one that is out of place has no effect."""
        if exchange.hear(Heard.IDLE):
            self._settle(exchange)

    def is_concurrent(self, exchange: Exchange) -> None:
        """Note that a child works on a comm message without saying busy, and so will not say idle (ipykernel 7.4)."""
        exchange.held_for = LONGEST_HOLD_SECONDS
        self._wait(exchange, IDLE_DELAY, CONCURRENT_SECONDS)

    def pause(self, backend: str) -> None:
        """Let no time pass for a child that cannot be reached."""
        for exchange in self.of(backend):
            if exchange.timer is not None:
                self._outbox.add(CancelTimer(exchange.timer))

    def resume(self, backend: str) -> None:
        """Wait once more, from the beginning, for what a child owed when it was lost."""
        for exchange in self.of(backend):
            if exchange.timer is not None:
                self._wait(exchange, exchange.timer[0], exchange.timer_seconds)

    def close(self, exchange: Exchange) -> None:
        """Forget an exchange: what a child sends for it has no consequences any longer."""
        exchange.close()
        self._open.pop((exchange.backend, exchange.message_id), None)
        if exchange.timer is not None:
            self._outbox.add(CancelTimer(exchange.timer))

    def fail(self, exchange: Exchange, error: MultiError) -> None:
        """End an exchange that the child will not finish."""
        self.close(exchange)
        exchange.failed(error)

    def _settle(self, exchange: Exchange) -> None:
        """End an exchange that is complete, else wait for its other half."""
        if exchange.phase is not Phase.COMPLETE:
            is_lost = exchange.phase is Phase.OWES_REPLY and exchange.is_interrupted and exchange.request is None
            self._wait(exchange, HALF_ANSWERED, INTERRUPTED_SECONDS if is_lost else HALF_ANSWERED_SECONDS)
            return
        backend = self._backends[exchange.backend]
        if not isinstance(exchange.request, CellRequest):
            self._end(exchange)
        elif backend.flush:
            self._flush(exchange, backend)
        elif backend.profile.idle_delay:
            self._hold(exchange)
        else:
            self._end(exchange)

    def _flush(self, exchange: Exchange, backend: Backend) -> None:
        """Hold the end of an exchange until the child has sent all that it had printed."""
        flush = Flush.of(exchange, backend.flush, self._outbox.composer, self._not_flushed)
        self._marks[flush.message_id] = exchange
        self._wait(exchange, FLUSH, FLUSH_SECONDS)
        self.send(flush, "shell", flush.message)

    def is_mark(self, backend: Backend, message: Message) -> bool:
        """Whether a stream message is what a child was asked to print; the exchange that waits for it ends.

        It may be under another request than the one that has asked for it.
        """
        if not (self._marks and backend.profile.flush) or len(message.content_frame) > LONGEST_MARK:
            return False
        exchange = self._marks.pop(str(message.content().get("text")).strip(), None)
        if exchange is not None and self._is_open(exchange):
            self._end(exchange)
        return exchange is not None

    def _not_flushed(self, exchange: Exchange) -> None:
        """Hold the end of an exchange all the same, for a child that will print no mark."""
        if self._is_open(exchange):
            self._log_unmarked(exchange)
            self._hold(exchange)

    def flush_timer(self, about: str) -> None:
        """Give up a mark that a silent child owes; user code that prints for ever may be in its way, too."""
        exchange = self._timed(about)
        if exchange is None:
            return
        exchange.held_for += FLUSH_SECONDS
        if exchange.held_for < LONGEST_FLUSH_SECONDS and self._has_spoken(exchange):
            self._wait(exchange, FLUSH, FLUSH_SECONDS)
        else:
            self._log_unmarked(exchange)
            self._end(exchange)

    def _log_unmarked(self, exchange: Exchange) -> None:
        self._outbox.log(f"outputs of {exchange.what} may come after its idle", exchange.backend)

    def _is_open(self, exchange: Exchange) -> bool:
        return self.find(exchange.backend, exchange.message_id) is exchange

    def _end(self, exchange: Exchange) -> None:
        self.close(exchange)
        exchange.over()

    def _wait(self, exchange: Exchange, kind: str, seconds: float) -> None:
        if exchange.timer is not None and exchange.timer[0] != kind:
            self._outbox.add(CancelTimer(exchange.timer))
        exchange.heard_then = self._backends[exchange.backend].messages_heard
        exchange.timer = (kind, f"{exchange.message_id}@{exchange.backend}")
        exchange.timer_seconds = seconds
        self._outbox.add(SetTimer(exchange.timer, seconds))

    def _hold(self, exchange: Exchange) -> None:
        """Hold the end of an exchange, for a child that sends outputs after its idle and prints no mark.

        deno 2.9 sends an idle into the middle of 2,000 outputs. The longer it sends, the longer the pause that is
        waited for: within 100,000 outputs it paused for up to 0.07 s.
        """
        idle_delay = self._backends[exchange.backend].profile.idle_delay
        delay = min(max(idle_delay, exchange.held_for), LONGEST_DELAY_SECONDS)
        exchange.held_for += delay
        self._wait(exchange, IDLE_DELAY, delay)

    def _has_spoken(self, exchange: Exchange) -> bool:
        """Whether a child has sent anything since it was last waited for."""
        return exchange.heard_then != self._backends[exchange.backend].messages_heard

    def half_answered_timer(self, about: str) -> None:
        """Make up the half that a silent child owes: its idle, or an error that stands for its reply."""
        exchange = self._timed(about)
        if exchange is None:
            return
        if isinstance(exchange, NotebookExchange) and self._has_spoken(exchange):
            self._wait(exchange, HALF_ANSWERED, HALF_ANSWERED_SECONDS)
            return
        exchange.is_made_up = True
        if exchange.phase is Phase.OWES_IDLE:
            self._outbox.log(f"{exchange.what} got no idle", exchange.backend)
            self._end(exchange)
        else:
            text = f"{exchange.backend} went idle without a reply to {exchange.what}; what it ran has taken effect."
            self.fail(exchange, BackendError(text, self._backends[exchange.backend].last_lines()))

    def idle_delay_timer(self, about: str) -> None:
        """End an exchange that has been held; not as long as its child sends, since outputs may still come.

        A child that never stops printing is not waited for.
        """
        exchange = self._timed(about)
        if exchange is None:
            return
        if exchange.held_for < LONGEST_HOLD_SECONDS and self._has_spoken(exchange):
            self._hold(exchange)
        else:
            self._end(exchange)

    def _timed(self, about: str) -> Exchange | None:
        """Return the exchange that a timer is about, which is no longer set."""
        msg_id, _, backend = about.rpartition("@")
        exchange = self._open.get((backend, msg_id))
        if exchange is not None:
            exchange.timer = None
        return exchange
