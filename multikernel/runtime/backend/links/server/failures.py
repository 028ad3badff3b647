"""Why a Jupyter server does not do what it is asked for, in one sentence with what to do. No token is ever in it."""

import errno
import socket
import ssl
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPStreamClosedError

from .....core.places import ServerPlace
from .....core.printable import printable

LONGEST_TEXT = 300

NOT_RUNNING = (424, 503)
"""What a JupyterHub answers for a server that does not run: 424 since version 2, 503 before that."""


class NotReached(Exception):
    """A server did not do what it was asked for; the text is a sentence without its full stop."""

    def __init__(self, text: str, status: int = 0) -> None:
        """Take the status of its answer; 0 where there was none."""
        super().__init__(text)
        self.status = status

    @property
    def is_final(self) -> bool:
        """Whether another attempt would get the same answer."""
        return 300 <= self.status < 500 and self.status not in (408, 424, 425, 429)


def refused(place: ServerPlace, status: int, said: str = "") -> NotReached:
    """Return the error for an answer with a status that is not fine; `said` is what the server gives as the reason."""
    return NotReached(_sentence(place, _why_refused(place, status, said)), status)


def _why_refused(place: ServerPlace, status: int, said: str) -> str:
    if status in (401, 403) and not place.token_env:
        return f"it wants a token (HTTP {status}): put it into an environment variable, and name that with `token_env:`"
    if status in (401, 403):
        return (
            f"it does not take the token in {place.token_env} (HTTP {status}); get a new one, and start Jupyter again "
            f"with it in {place.token_env}"
        )
    if 300 <= status < 400:
        return (
            f"{place.url} leads to another page (HTTP {status}), which gets no token; on a JupyterHub the server is "
            f"not running then: open that in a browser to start it, or else check `server:`"
        )
    if status == 404:
        return f"there is no Jupyter server at {place.url} (HTTP 404): check `server:`"
    if status in NOT_RUNNING:
        return f"the server at {place.url} is not running (HTTP {status}); open that in a browser to start it"
    return f"the server answers with an error (HTTP {status}{f': {said[:LONGEST_TEXT]}' if said else ''})"


def no_server(place: ServerPlace) -> NotReached:
    """Return the error for an answer that is none of a Jupyter server's."""
    return NotReached(_sentence(place, f"what answers at {place.url} is not a Jupyter server: check `server:`"), 200)


def not_reached(place: ServerPlace, error: Exception) -> NotReached:
    """Return the error for a request that nobody has answered."""
    if isinstance(error, HTTPClientError) and error.code != 599:
        return refused(place, error.code)
    return NotReached(_sentence(place, _why_not_reached(place, error)))


def _why_not_reached(place: ServerPlace, error: Exception) -> str:
    url = urlsplit(place.url)
    cause = error.real_error if isinstance(error, StreamClosedError) and error.real_error else error
    match cause:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {url.netloc} is not trusted here ({cause.verify_message}); add the certificate of "
                f"its authority to those of this machine, or name its file in the environment variable SSL_CERT_FILE"
            )
        case ssl.SSLError():
            return f"{url.netloc} does not answer as https does; check `server:`"
        case socket.gaierror():
            return f"there is no host {url.hostname}"
        case ConnectionRefusedError():
            return f"nothing listens at {url.netloc}; is the server running?"
        case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH | errno.EHOSTDOWN):
            return f"{url.netloc} cannot be reached"
        case HTTPStreamClosedError() | StreamClosedError() | ConnectionError():
            return f"{url.netloc} has closed the connection"
        case TimeoutError() | HTTPClientError():
            return f"{url.netloc} does not answer"
        case _:
            return f"{url.netloc} cannot be asked: {type(cause).__name__}"


def _sentence(place: ServerPlace, text: str) -> str:
    return printable(f"{place.name}: {text}")
