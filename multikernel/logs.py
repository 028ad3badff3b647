"""The front's log: lines on its stderr, which a Jupyter server shows in its own log; no notebook ever sees them.

A record that concerns a backend has its name: `extra={"backend": name}`.
"""

import logging
import os

from .core.printable import printable

VARIABLE = "MULTIKERNEL_LOG_LEVEL"
"""The environment variable for the level, which a kernelspec or the shell of a server can set; an option wins."""

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class LineFormatter(logging.Formatter):
    """Makes `[LEVEL TIME LOGGER BACKEND] TEXT` of a record; the backend is left out where none is concerned."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line, which nothing in the text can break or colour; a traceback follows, indented."""
        backend = getattr(record, "backend", "")
        time = f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')}.{record.msecs:03.0f}"
        fields = [record.levelname, time, record.name, *([printable(backend)] if backend else [])]
        lines = [f"[{' '.join(fields)}] {printable(record.getMessage())}"]
        if record.exc_info:
            lines += [f"    {printable(line)}" for line in self.formatException(record.exc_info).splitlines()]
        return "\n".join(lines)


def begin(asked: str | None) -> None:
    """Begin to log, at the level that an option, or else the environment, asks for; both may be a name or a number."""
    name = asked or os.environ.get(VARIABLE) or "WARNING"
    level = LEVELS.get(name.upper(), int(name) if name.isdecimal() else None)
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.WARNING if level is None else level, handlers=[handler])
    if level is None:
        what = "log level %r is unknown, so WARNING is used; name one of %s"
        logging.getLogger(__name__).warning(what, name, ", ".join(LEVELS))
    if level != logging.DEBUG:
        # What jupyter_client logs of a start that failed stands in the cell's error.
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
