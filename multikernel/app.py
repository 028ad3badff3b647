"""Runs the front: first what the default backend's launch needs, then, while that process starts, all the rest.

Every first cell waits for what is imported here; serve.py, with zmq and anyio, takes four times as long.
"""

import os
import tempfile
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from .config.settings import Settings, load_settings
from .core.errors import MultiError, StartError
from .runtime.backend.prelaunch import Prelaunched, prelaunch
from .runtime.backend.watchdog import Watchdog
from .runtime.folders import make_private_folder, shared_memory_folder
from .runtime.front.connection import read_connection_file


def run(connection_file: str) -> None:
    """Run the front until it is told to end; StartError if it cannot begin."""
    connection = read_connection_file(connection_file)
    try:
        settings = load_settings(Path.cwd())
    except MultiError as error:
        raise StartError(str(error)) from None
    with (
        _private_directory() as directory,
        shared_memory_folder() as memory,
        closing(Watchdog(*filter(None, (directory, memory)))) as watchdog,
        _prelaunch(settings, directory, connection.name, watchdog) as prelaunched,
    ):
        from .serve import serve

        serve(connection, settings, directory, memory, watchdog, prelaunched)


def _private_directory() -> "tempfile.TemporaryDirectory[str]":
    """Make the directory for connection files and sockets, 0700; StartError if that is not possible."""
    runtime = Path(jupyter_runtime_dir())
    try:
        make_private_folder(runtime)
        # What cannot be removed at once, since a child still writes there, is left to the watchdog.
        return tempfile.TemporaryDirectory(
            prefix=f"multikernel-{os.getpid()}-", dir=runtime, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise StartError(f"Jupyter's runtime folder cannot be used, see multikernel doctor: {error}") from None


def _prelaunch(
    settings: Settings, directory: str, connection_name: str, watchdog: Watchdog
) -> AbstractContextManager[dict[str, Prelaunched]]:
    """Launch the default backend, unless it is elsewhere or nothing may start before the first cell."""
    config = settings.config.backends[settings.config.default]
    if settings.came_with_notebook or config.place is not None:
        return nullcontext({})
    return prelaunch(config, settings.kernelspecs.get(config.kernel.lower()), directory, connection_name, watchdog)
