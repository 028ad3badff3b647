"""JupyterLab and Notebook 7 as a user starts them, with settings and sessions of their own."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.servers import free_port

APPLICATIONS = {"lab": "jupyterlab", "notebook": "notebook"}
"""Front-end -> the module that starts it."""
DOCUMENTS = {"lab": "doc/tree", "notebook": "notebooks"}
"""Front-end -> where it shows a notebook."""

OPTIONS = (
    "--no-browser",
    "--allow-root",
    "--IdentityProvider.token=",
    "--ServerApp.password=",
    "--ServerApp.disable_check_xsrf=True",
)

SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "completer-extension/manager": '{"providerTimeout": 60000}',
}
"""Nobody asks whether news may be fetched, and Tab waits for a kernel on a slow machine, too (milliseconds)."""


@contextmanager
def open_server(
    front: str, root: Path, python: str = sys.executable, *, without_extension: bool = False
) -> Iterator[str]:
    """Serve a folder with a front-end, `lab` or `notebook`; the value is the server's address.

    `python` is that of the environment that has the front-end. What the server says is in the file .jupyter/server.log
    of the folder.
    """
    config = root / ".jupyter"
    for name, setting in SETTINGS.items():
        path = config / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(setting)
    if without_extension:
        (config / "labconfig").mkdir()
        (config / "labconfig" / "page_config.json").write_text('{"disabledExtensions": {"multikernel": true}}')
    # Two servers that look for a port at the same time may find the same one.
    options = (*OPTIONS, f"--ServerApp.root_dir={root}", f"--ServerApp.port={free_port()}")
    command = [python, "-m", APPLICATIONS[front], *options]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(config)}
    log = config / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process,
    ):
        assert process.stderr is not None
        for line in process.stderr:
            said.write(line)
            if found := re.search(r"(http://[^/\s]*)/(lab|tree)", line):
                break
        else:
            raise RuntimeError(f"the server has ended: see {log}")
        reader = threading.Thread(target=said.writelines, args=(process.stderr,))
        reader.start()
        try:
            yield found.group(1)
        finally:
            process.terminate()
            reader.join()
