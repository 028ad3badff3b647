"""The heartbeat channel: echoes what it gets, in a thread of its own, so that a busy loop never looks dead."""

import threading

import zmq

from .connection import SocketOptions


class Heartbeat:
    """A bound channel that echoes from `start` to `close`."""

    def __init__(self, address: str, options: SocketOptions) -> None:
        """Bind the channel; zmq.ZMQError if its port is taken."""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._thread = threading.Thread(target=self._echo, name="heartbeat", daemon=True)
        try:
            self._socket.setsockopt(zmq.LINGER, 0)
            for option, value in options:
                self._socket.setsockopt(option, value)
            self._socket.bind(address)
        except zmq.ZMQError:
            self._context.destroy()
            raise

    def start(self) -> None:
        """Begin to echo."""
        self._thread.start()

    def close(self) -> None:
        """Stop echoing, and close the channel."""
        if not self._thread.ident:
            self._socket.close()
        # The end of its context ends the proxy; it returns when the thread has closed the socket.
        self._context.term()

    def _echo(self) -> None:
        with self._socket:
            try:
                zmq.proxy(self._socket, self._socket)
            except zmq.ContextTerminated:
                return
