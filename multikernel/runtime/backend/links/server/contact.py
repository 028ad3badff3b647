"""The connection to a kernel of a Jupyter server: made again when it has broken, for as long as the kernel is there."""

import logging
import secrets
from collections.abc import Callable

import anyio

from .....core.protocol.wire import WireError
from ..reports import Reports
from .api import ANSWER_SECONDS, Api
from .delivery import Delivery
from .failures import NotReached
from .layout import LayoutError, unpack
from .life import GONE
from .websocket import Connection, connect

PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each attempt to connect again; the last from then on."""

BEAT_SECONDS = 1.5
"""Between two pings."""

SILENT_BEATS = 6
"""A connection over which nothing has come for so many beats is lost, though it may come back."""

LOOK_BEATS = 8
"""How often the server is asked whether it still has the kernel; at each beat while that has something to answer."""

CHECK_LOOKS = frozenset(2**exponent for exponent in range(1, 16))
"""After how many looks in a row that found the kernel idle it is asked whether it is still at what it owes."""

REVIVE_SECONDS = (10.0, 60.0)
"""How long a connection that was silent is waited for once the server can be reached: as long as it was silent, but at
least and at most so long. The server's system sends what was lost at growing intervals."""

NOTICE_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between looks whether the server has noticed that a connection has ended. It keeps nothing before that, and
a new connection would keep it from noticing. Somebody else may be connected, too, and then it never keeps anything."""

MOVED_SECONDS = 30.0
"""For how long a server's address may lead elsewhere while it is looked for."""

OPEN_SECONDS = 70.0
"""How long a server may take to let messages through: it waits for a kernel that is starting for 60 s."""

log = logging.getLogger(__name__)


class Contact:
    """Connections to one kernel, one after another."""

    def __init__(
        self,
        backend: str,
        api: Api,
        kernel_id: str,
        delivery: Delivery,
        reports: Reports,
        opened: Callable[[], None],
        gone: Callable[[str], None],
    ) -> None:
        """Take what messages go through; `opened` hears of the first connection, `gone` how the kernel has ended."""
        self._backend, self._api, self._kernel_id = backend, api, kernel_id
        self._delivery, self._reports = delivery, reports
        self._opened, self._gone = opened, gone
        self._session = secrets.token_hex(16)
        """The server keeps messages for it."""
        self._was_opened = self._is_over = self._has_broken = False
        self._moved_since = 0.0
        """When the server's address began to lead elsewhere."""
        self._connection: Connection | None = None
        self._news = anyio.Event()
        """Something has come over a connection that is new, or was silent."""

    def end(self) -> None:
        """Connect no more."""
        self._is_over = True
        if self._connection is not None:
            self._connection.abort()

    async def keep(self) -> None:
        """Connect, again and again, until the kernel has ended."""
        attempts = 0
        while not self._is_over:
            try:
                is_busy = await self._look_before_connecting()
                seconds = ANSWER_SECONDS if self._was_opened else OPEN_SECONDS
                async with connect(self._api, self._kernel_id, self._session, self, seconds) as connection:
                    why = await self._use(connection, is_busy)
                attempts = 0 if connection.was_heard else attempts
            except NotReached as error:
                why = str(error)
                if self._is_hopeless(error):
                    self._gone(why)
            if not self._is_over:
                self._reports.lost(why)
                await anyio.sleep(PAUSES[min(attempts, len(PAUSES) - 1)])
                attempts += 1

    def _is_hopeless(self, error: NotReached) -> bool:
        """Whether there is no use in trying again.

        A JupyterHub's proxy that has just been started redirects to the hub, as it does for a server that was stopped.
        """
        if not 300 <= error.status < 400:
            self._moved_since = 0.0
            return error.is_final or not self._was_opened
        self._moved_since = self._moved_since or anyio.current_time()
        return not self._was_opened or anyio.current_time() > self._moved_since + MOVED_SECONDS

    async def _look_before_connecting(self) -> bool:
        """Return whether the kernel is at something, once the server has noticed the end of the last connection."""
        state, connections = await self._look()
        for pause in NOTICE_PAUSES if self._has_broken else ():
            if connections:
                await anyio.sleep(pause)
                state, connections = await self._look()
        self._has_broken = False
        return state == "busy"

    async def _look(self) -> tuple[str, int]:
        """Return what the kernel does and how many are connected to it, or tell that it has ended; NotReached."""
        try:
            state, connections = await self._api.look(self._kernel_id)
        except NotReached as error:
            if error.status != 404:
                raise
            self._gone("the server has it no longer: it was deleted there, or the server was restarted")
            return "", 0
        if self._was_opened and (how := GONE.get(state)):
            self._gone(how)
        return state, connections

    async def _use(self, connection: Connection, is_busy: bool) -> str:
        """Stay with a connection until it ends; return why it did."""
        if self._is_over:
            return ""
        name, beats, idle_looks, gave_up = self._api.place.name, 0, 0, False
        self._connection, self._news = connection, anyio.Event()
        self._delivery.connected(connection.write, is_busy=is_busy)
        self._was_opened = True
        self._opened()
        try:
            while not connection.closed.is_set():
                beats += 1
                await self._beat(connection)
                silent = anyio.current_time() - connection.heard_at
                if silent > (SILENT_BEATS * BEAT_SECONDS if connection.was_heard else OPEN_SECONDS):
                    why = f"{name}: nothing has come from the server for {silent:.0f} s"
                    gave_up = not await self._revive(connection, why) and not connection.closed.is_set()
                    if gave_up:
                        return why
                elif self._delivery.is_owed or beats % LOOK_BEATS == 0:
                    idle_looks = idle_looks + 1 if await self._is_idle() and self._delivery.is_owed else 0
                    # In ever longer intervals: the server may be wrong, and the kernel works.
                    if idle_looks in CHECK_LOOKS:
                        self._delivery.make_sure()
        finally:
            self._has_broken = not gave_up
            self._delivery.disconnected(was_given_up=gave_up)
            self._connection = None
        return f"{name}: the connection has ended"

    async def _beat(self, connection: Connection) -> None:
        """Let some time pass, and ask the server to answer."""
        with anyio.move_on_after(BEAT_SECONDS):
            await connection.closed.wait()
        connection.ping()
        self._delivery.tick()

    async def _is_idle(self) -> bool:
        """Look for the kernel, unless that takes long; return whether it is known to have nothing to do."""
        try:
            with anyio.move_on_after(BEAT_SECONDS):
                state, _ = await self._look()
                return state == "idle"
        except NotReached as error:
            log.debug("the kernel cannot be looked for: %s", error, extra={"backend": self._backend})
        return False

    async def _revive(self, connection: Connection, why: str) -> bool:
        """Wait for a connection that has become silent; return whether it is back.

        The network may be gone, or the server stopped, and then all that is on its way comes in the end. A new
        connection would lose that. So it is given up only when the server can be reached, and it stays silent.
        """
        silent_since = connection.heard_at
        self._news = anyio.Event()
        self._delivery.hold()
        self._reports.lost(why)
        with anyio.CancelScope() as patience:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._wait_until_reached, silent_since, patience)
                while not self._news.is_set() and not connection.closed.is_set():
                    connection.ping()
                    with anyio.move_on_after(BEAT_SECONDS):
                        await self._news.wait()
                tasks.cancel_scope.cancel()
        if not self._news.is_set() or connection.closed.is_set():
            return False
        self._delivery.go_on()
        return True

    async def _wait_until_reached(self, silent_since: float, patience: anyio.CancelScope) -> None:
        """Limit the patience as soon as the server answers."""
        while True:
            try:
                await self._look()
            except NotReached as error:
                if self._is_hopeless(error):
                    self._gone(str(error))
                await anyio.sleep(PAUSES[-1])
            else:
                shortest, longest = REVIVE_SECONDS
                now = anyio.current_time()
                patience.deadline = now + min(max(now - silent_since, shortest), longest)
                return

    # What a connection reports.

    def heard(self, connection: Connection) -> None:
        """Take it that the connection is there."""
        if connection is self._connection and not self._news.is_set():
            self._news.set()
            self._reports.back()

    def received(self, connection: Connection, data: bytes | str) -> None:
        """Take a message."""
        if connection is not self._connection:
            return
        try:
            self._delivery.take(*unpack(data))
        except (LayoutError, WireError) as error:
            log.warning("a message is dropped: %s", error, extra={"backend": self._backend})
        except Exception:
            # tornado would break the connection, and the message might come again over the next.
            log.exception("a message is dropped", extra={"backend": self._backend})

    def acknowledged(self, connection: Connection, number: int) -> None:
        """Take it that the server has handed on so many messages."""
        if connection is self._connection:
            self._delivery.acknowledged(number)
