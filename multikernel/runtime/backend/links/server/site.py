"""What all backends of one Jupyter server share: which of its kernels have to end, whatever becomes of the front."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from .....core.places import ServerPlace
from ...watchdog import Watchdog
from . import last_words


class Kernels:
    """Kernels that run on a server, or may; if the front is killed, the watchdog has them deleted.

    The token is not written anywhere: what the watchdog runs reads it from the environment, as the front does.
    """

    def __init__(self, place: ServerPlace, directory: str, watchdog: Watchdog) -> None:
        """Take the front's private directory."""
        self._place, self._watchdog = place, watchdog
        self._file = Path(directory, f"{os.urandom(3).hex()}d")
        self._ids: dict[str, bool] = {}
        """Of each that is there, or may be: whether it is."""

    def keep(self, kernel_id: str) -> None:
        """Note that there may be a kernel: its start was asked for."""
        self._watchdog.at_end([sys.executable, "-I", last_words.__file__], str(self._file))
        self._ids[kernel_id] = False
        self._write()

    def started(self, kernel_id: str, asked_for: str) -> None:
        """Note that there is a kernel, and the id that it was to have."""
        self._ids.pop(asked_for, None)
        self._ids[kernel_id] = True
        self._write()

    def forget(self, kernel_id: str) -> None:
        """Note that it has ended."""
        self._ids.pop(kernel_id, None)
        self._write()

    def _write(self) -> None:
        new = self._file.with_suffix(".new")
        with suppress(OSError):
            if not self._ids:
                self._file.unlink(missing_ok=True)
                return
            words = {"url": self._place.url, "token_env": self._place.token_env, "kernels": self._ids}
            with open(new, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                json.dump(words, file)
            os.replace(new, self._file)
