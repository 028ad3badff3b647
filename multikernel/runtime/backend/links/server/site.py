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
        self._ids: set[str] = set()

    def keep(self, kernel_id: str) -> None:
        """Note that there is a kernel, or may be."""
        self._watchdog.at_end([sys.executable, "-I", last_words.__file__], str(self._file))
        self._ids.add(kernel_id)
        self._write()

    def forget(self, kernel_id: str) -> None:
        """Note that it has ended."""
        self._ids.discard(kernel_id)
        self._write()

    def _write(self) -> None:
        new = self._file.with_suffix(".new")
        with suppress(OSError):
            if not self._ids:
                self._file.unlink(missing_ok=True)
                return
            with open(new, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                json.dump({"url": self._place.url, "token_env": self._place.token_env, "ids": sorted(self._ids)}, file)
            os.replace(new, self._file)
