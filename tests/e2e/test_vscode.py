"""VS Code runs silent Python of its own before the first cell and between cells.

How it starts kernels (`--f=PATH`, quotes, `--debug`) is in test_command_line.py, that it interrupts on shell in
test_interrupt.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .kernel import Answer, Json, Kernel, open_kernel

STARTUP = [
    "%config Completer.use_jedi = False",
    "import os as _VSCODE_os\nimport sys as _VSCODE_sys\nimport builtins as _VSCODE_builtins\n"
    "if _VSCODE_os.path.exists('.'): _VSCODE_sys.path.insert(0, _VSCODE_os.getcwd())\n"
    "del _VSCODE_os, _VSCODE_sys, _VSCODE_builtins",
    "import json as _VSCODE_json\nprint(_VSCODE_json.dumps({'ready': True}))",
    "1 / 0",
]
SILENT: Json = {"silent": True, "store_history": False, "allow_stdin": False, "stop_on_error": False}

FOLDERS = {
    "no config": "",
    "a config of the folder's own": "default: p\nbackends:\n  p: {kernel: python3}\n  r: {kernel: ir}\n",
}


@pytest.fixture(params=FOLDERS)
def kernel(request: pytest.FixtureRequest, tmp_path: Path, need: Callable[..., None]) -> Iterator[Kernel]:
    """Return a Multi in such a folder."""
    need("ir")
    if FOLDERS[request.param]:
        (tmp_path / "multikernel.yaml").write_text(FOLDERS[request.param])
    with open_kernel("multi", cwd=str(tmp_path)) as kernel:
        yield kernel


def silently(kernel: Kernel) -> list[Answer]:
    """Run the start-up code as VS Code does, without waiting for the one before the next is sent."""
    sent = [kernel.client.execute(code, **SILENT) for code in STARTUP]
    return [kernel.wait(msg_id) for msg_id in sent]


def said(answers: list[Answer]) -> list[tuple[str, list[str], str]]:
    return [(answer.content["status"], answer.types, answer.stream()) for answer in answers]


def test_silent_code_before_the_first_cell_does_what_it_does_alone_or_nothing(kernel: Kernel) -> None:
    first = said(silently(kernel))
    assert kernel.run("6 * 7").result == "42"
    with open_kernel("python3") as alone:
        its = said(silently(alone))
    assert said(silently(kernel)) == its
    came_with_notebook = "no multikernel.yaml" not in str(kernel.run("%%backends").result)
    # A config that came with the notebook starts nothing before the first cell.
    assert first == ([("ok", ["busy", "idle"], "")] * len(STARTUP) if came_with_notebook else its)


def test_silent_code_is_not_counted_nor_kept_and_is_never_for_another_language(kernel: Kernel) -> None:
    silently(kernel)
    cell = kernel.run("%%use r")
    assert cell.content["execution_count"] == 1
    assert said(silently(kernel))[2] == ("ok", ["busy", "stream", "idle"], '{"ready": true}\n')
    assert kernel.run("cat('R', 6 * 7)").stream() == "R 42"
    request = {"hist_access_type": "range", "raw": True, "output": False, "start": 1}
    history = kernel.ask("history_request", request).content["history"]
    assert history == [[0, 1, "%%use r"], [0, 2, "cat('R', 6 * 7)"]]
