"""The connection file: where the notebook finds the front."""

import json
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import StartError
from ...core.protocol.wire import Json, Wire, WireError

SocketOptions = tuple[tuple[int, bytes | int], ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection file (messaging spec, "Connection files")."""

    info: Json
    name: str
    """Of the file, without its folder."""

    def address(self, channel: str) -> str:
        """Return the zmq address of a channel; KeyError or ValueError if the file lacks it."""
        transport, ip, port = self.info["transport"], self.info["ip"], self.info[f"{channel}_port"]
        if not isinstance(port, int) or not 0 < port < 1 << 16:
            raise ValueError(f"{channel}_port is {port!r}")
        return f"{transport}://{ip}{':' if transport == 'tcp' else '-'}{port}"

    def ports(self) -> dict[str, int]:
        """Return the ports of all channels, by their keys in the file."""
        return {key: port for key, port in self.info.items() if key.endswith("_port")}

    def wire(self) -> Wire:
        """Return the signatures of this connection; WireError for a scheme that is not known."""
        return Wire(self.info["key"].encode(), self.info.get("signature_scheme", "hmac-sha256"))

    def encryption(self) -> SocketOptions:
        """Return what makes a socket a CurveZMQ server, nothing if the file has no keys; ValueError for bad ones.

        As with ipykernel (7.4), whoever can read the file gets in: a client needs the public key, and any pair of its
        own. Unlike there, half a pair is refused, since going on in plain text is not what was asked for.
        """
        public, secret = self.info.get("curve_publickey"), self.info.get("curve_secretkey")
        if public is None and secret is None:
            return ()
        import zmq

        if not zmq.has("curve"):
            raise ValueError("it asks for encryption, but the libzmq of this Python has no CurveZMQ")
        if not _are_a_pair(public, secret):
            # The keys themselves are not shown: this text ends up in a log.
            raise ValueError("curve_publickey and curve_secretkey are not a pair of CurveZMQ keys")
        return (
            (zmq.CURVE_PUBLICKEY, str(public).encode()),
            (zmq.CURVE_SECRETKEY, str(secret).encode()),
            (zmq.CURVE_SERVER, 1),
        )


def read_connection_file(path: str) -> Connection:
    """Read a connection file; StartError if that is not possible."""
    try:
        info = json.loads(Path(path).read_text("utf-8"))
        connection = Connection(info, Path(path).name)
        connection.wire()
        for channel in ("shell", "control", "stdin", "iopub", "hb"):
            connection.address(channel)
        connection.encryption()
    except OSError as error:
        raise StartError(f"The connection file cannot be read: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, WireError) as error:
        # The repr of a UnicodeDecodeError has the whole file in it, keys and all.
        raise StartError(f"The connection file {path} cannot be used: {type(error).__name__}: {error}") from None
    return connection


def _are_a_pair(public: object, secret: object) -> bool:
    import zmq

    try:
        return isinstance(secret, str) and zmq.curve_public(secret.encode()).decode() == public
    except (ValueError, zmq.ZMQError):
        return False
