"""The whole of Multi with backends on a Jupyter server."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.kernel import open_kernel
from tests.e2e.processes import front

from .servers import TOKEN, TOKEN_ENV, Server, open_server

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  far: {{kernel: python3, at: hub}}
  none: {{kernel: nonesuch, at: hub}}
  shell: {{kernel: bash, at: hub}}
places:
  hub: {{server: {url}, token_env: {variable}}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server for a module's tests."""
    with open_server(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_a_session_in_which_the_token_is_nowhere(server: Server, tmp_path: Path) -> None:
    config, log, trace, data = (tmp_path / name for name in ("multikernel.yaml", "log", "trace", "data"))
    config.write_text(CONFIG.format(url=server.url, variable=TOKEN_ENV))
    environment = {
        "MULTIKERNEL_CONFIG": str(config),
        "MULTIKERNEL_TRACE": str(trace),
        "MULTIKERNEL_LOG_LEVEL": "DEBUG",
        "JUPYTER_DATA_DIR": str(data),
        TOKEN_ENV: TOKEN,
    }
    said = []
    with log.open("w") as logged, open_kernel("multi", env=environment, stderr=logged) as kernel:
        assert kernel.run("x = 1; x").result == "1"
        assert kernel.run("%%far\ny = 2\ny").result == "2"
        ended = kernel.run("%%far\n1/0")
        assert ended.content["ename"] == "ZeroDivisionError"
        table = kernel.run("%%backends")
        assert "hub" in str(table.of("display_data"))
        failed = kernel.run("%%none\n1")
        assert failed.content["ename"] == "BackendNotFound"
        assert "there is no kernelspec 'nonesuch' there; installed are" in failed.content["evalue"]
        refused = kernel.run("%%shell -i x\necho $x")
        assert refused.content["ename"] == "TransferError"
        died = kernel.run("%%far\nimport os; os._exit(3)")
        assert died.content["ename"] == "BackendDied"
        assert kernel.run("%%far\n3").result == "3"
        cell = kernel.begin("%%far\nprint('go', flush=True)\nimport time; time.sleep(60)")
        kernel.ask("interrupt_request", {}, channel="control")
        assert kernel.wait(cell).content["ename"] == "KeyboardInterrupt"
        shown = kernel.run("%%log far")
        said += [ended, table, failed, refused, died, shown]
        processes = [front(kernel), *front(kernel).children(recursive=True)]
        words = [" ".join(process.cmdline()) for process in processes]
        assert any("watchdog" in each for each in words)
        kernel.begin("%%far\nprint('go', flush=True)\nimport time; time.sleep(60)")
        front(kernel).kill()
        server.wait_until_empty()
    read = [file.read_text("utf-8", "replace") for file in tmp_path.rglob("*") if file.is_file()]
    assert len(read) > 3
    assert not [text for text in (*read, *words, *map(str, said)) if TOKEN in text]
    assert not [process for process in processes if is_alive(process)]


VALUES = """
import numpy as np, pandas as pd
array = np.random.default_rng(1).random((2500, 1000))
frame = pd.DataFrame({"n": range(100_000), "t": [f"ü {n}" for n in range(100_000)], "f": np.linspace(0, 1, 100_000)})
several = list(range(10))
"""
SAME = """
assert array.tobytes() == array_back.tobytes() and array.shape == array_back.shape
pd.testing.assert_frame_equal(frame, frame_back, check_exact=True)
"""


def test_values_of_python_cross(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "multikernel.yaml"
    text = CONFIG.format(url=server.url, variable=TOKEN_ENV).replace("hub}\n  none", "hub, count: 2}\n  none")
    config.write_text(text)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config), TOKEN_ENV: TOKEN}) as kernel:
        kernel.run(VALUES)
        code = "%%far[0] -i array,frame -o array_back=array -o frame_back=frame\narray.shape"
        assert kernel.run(code).result == "(2500, 1000)"
        kernel.run(SAME)
        assert kernel.run("%%far --scatter several --gather sums\nsums = [sum(several)]").content["status"] == "ok"
        assert kernel.run("sums").result == "[10, 35]"
        assert "several" in str(kernel.run("%%vars far[0]").of("display_data"))
        missing = kernel.run("%%far[1] -o severl\n1").content
        assert (missing["ename"], missing["evalue"]) == (
            "TransferError",
            "There is no variable severl in far[1]. Did you mean several?",
        )
        refused = kernel.run("%%shell -i several\n:").content["evalue"]
        assert refused.startswith("shell shares no files with this machine")
        kernel.run("%%far[0]\nimport os, tempfile")
        there = kernel.run("%%far[0]\n[each for each in os.listdir(tempfile.gettempdir()) if 'multikernel' in each]")
        assert there.result == "[]"
    server.wait_until_empty()


def is_alive(process: psutil.Process) -> bool:
    """Whether a process goes on, but for the notebook's own end of it."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid()
