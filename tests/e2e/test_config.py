"""multikernel.yaml with real kernels: what each key does, and what a file that came with the notebook may not do."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .irkernel import SLOW_TO_ABORT
from .kernel import PATIENCE, Kernel, open_kernel
from .lacking import need_root


@contextmanager
def open_multi(folder: Path, config: str, **env: str) -> Iterator[Kernel]:
    """Open a Multi in a folder with this multikernel.yaml."""
    (folder / "multikernel.yaml").write_text(config)
    with open_kernel("multi", cwd=str(folder), env=env) as kernel:
        yield kernel


def own(path: Path) -> dict[str, str]:
    """Return the environment that makes a file the user's own config."""
    return {"MULTIKERNEL_CONFIG": str(path)}


TWO = """\
default: one
backends:
  one:
    kernel: python3
    aliases: [uno]
    env: {GREETING: hello, NUMBER: 1}
    startup: |
      import os
      started = os.environ["GREETING"]
  two: {kernel: python3, env: {GREETING: hallo}, cwd: there}
"""

WHERE = "import os; (os.environ['GREETING'], os.path.basename(os.getcwd()))"


def test_two_backends_on_one_kernelspec_differ_in_env_and_cwd(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with open_multi(tmp_path, TWO) as kernel:
        assert kernel.run(f"%%one\n{WHERE}").result == str(("hello", tmp_path.name))
        assert kernel.run(f"%%TWO\n{WHERE}").result == "('hallo', 'there')"
        assert kernel.run("%%uno\nos.environ['NUMBER']").result == "'1'"
        shown = kernel.run("%%backends").result
    assert shown is not None
    assert "multikernel.yaml" in shown
    assert "uno" in shown


def test_startup_code_runs_after_each_start(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with open_multi(tmp_path, TWO) as kernel:
        assert kernel.run("started").result == "'hello'"
        kernel.run("started = 'changed'")
        kernel.run("%%restart one")
        assert kernel.run("started").result == "'hello'"
        kernel.run("os._exit(1)")
        assert kernel.run("started").result == "'hello'"


def test_startup_code_that_fails_is_said_under_the_first_cell_only(tmp_path: Path) -> None:
    config = "backends: {python: {kernel: python3, startup: 1/0}}"
    with open_multi(tmp_path, config) as kernel:
        first, second = kernel.run("1"), kernel.run("2")
    assert first.stream("stderr") == "The startup code of python failed: ZeroDivisionError: division by zero\n"
    assert first.result == "1"
    assert second.types == ["busy", "execute_input", "execute_result", "idle"]


def test_startup_code_runs_in_other_languages(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir", "bash")
    config = "default: r\nbackends:\n  r: {kernel: ir, startup: x <- 5}\n  sh: {kernel: bash, startup: x=6}\n"
    with open_multi(tmp_path, config) as kernel:
        assert kernel.run("x").result == "[1] 5"
        assert kernel.run("%%sh\necho $x").stream() == "6\n"


def test_startup_code_that_fails_does_not_abort_the_first_cell(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    startup = json.dumps(f"{SLOW_TO_ABORT}stop('no')")
    with open_multi(tmp_path, f"default: r\nbackends: {{r: {{kernel: ir, startup: {startup}}}}}") as kernel:
        answer = kernel.run("cat('ran')")
    assert answer.stream("stderr").startswith(
        "The startup code of r failed: ERROR: Error in eval(expr, envir, enclos): no"
    )
    assert answer.stream() == "ran"


def test_the_default_decides_what_the_notebook_is_told_the_language_is(
    tmp_path: Path, need: Callable[..., None]
) -> None:
    need("ir")
    with open_multi(tmp_path, "backends: {r: {kernel: ir}}") as kernel:
        assert kernel.ask("kernel_info_request", {}).content["language_info"]["name"] == "R"


def test_an_eager_backend_of_the_users_own_starts_with_the_front(tmp_path: Path) -> None:
    config = tmp_path / "own.yaml"
    config.write_text(
        "default: python\nbackends:\n  python: {kernel: python3}\n"
        "  lazy: {kernel: python3}\n  eager: {kernel: python3, start: eager}\n"
    )
    with open_kernel("multi", env=own(config)) as kernel:
        deadline = time.monotonic() + PATIENCE
        while kernel.children().keys() != {"python", "python3", "eager"}:
            assert time.monotonic() < deadline


def test_a_file_beside_the_notebook_starts_nothing_before_the_first_cell(tmp_path: Path) -> None:
    marks = {name: tmp_path / f"{name}-started" for name in ("default", "eager")}
    lines = ["default: default", "backends:"]
    for name, mark in marks.items():
        code = json.dumps(f"open({str(mark)!r}, 'w').close()")
        lines.append(f"  {name}: {{kernel: python3, start: eager, startup: {code}}}")
    with open_multi(tmp_path, "\n".join(lines)) as kernel:
        silent = kernel.run("import sys", silent=True)
        assert silent.content["status"] == "ok"
        assert silent.types == ["busy", "idle"]
        completed = kernel.ask("complete_request", {"code": "impor", "cursor_pos": 5})
        assert completed.content["matches"] == []
        assert not any(mark.exists() for mark in marks.values())
        kernel.run("%%start eager default")
        assert all(mark.exists() for mark in marks.values())


def test_the_first_cell_shows_all_mistakes_and_does_not_run(tmp_path: Path) -> None:
    config = "default: python\nbackends:\n  python: {kernel: python3, start: eagr}\n  use: {kernel: python3}\n"
    with open_multi(tmp_path, config) as kernel:
        assert kernel.run("x = 1", silent=True).content["status"] == "ok"
        first, second = kernel.run("x = 2"), kernel.run("x")
    assert first.content["ename"] == "ConfigError"
    assert first.content["evalue"].splitlines() == [
        "multikernel.yaml:3:36: backends.python.start: 'eagr' is not one of lazy, eager (did you mean 'eager'?)",
        "multikernel.yaml:4:3: backends.use: 'use' is the command %%use: choose another name",
    ]
    assert second.content["ename"] == "NameError"


def test_a_folder_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with open_multi(tmp_path, "backends:\n  python: {kernel: python3, cwd: nowhere}\n") as kernel:
        error = kernel.run("1").content["evalue"]
    assert error.startswith("multikernel.yaml:2:34: backends.python.cwd: ")
    assert "nowhere" in error


def test_a_kernelspec_that_is_not_installed_is_said_when_it_is_used(tmp_path: Path) -> None:
    config = "default: python\nbackends:\n  python: {kernel: python3}\n  j: {kernel: julia-9}\n"
    with open_multi(tmp_path, config) as kernel:
        assert kernel.run("1").result == "1"
        answer = kernel.run("%%j\n1")
        assert kernel.run("2").result == "2"
    assert answer.content["ename"] == "BackendNotFound"
    assert "'julia-9' of j is not installed; installed are " in answer.content["evalue"]
    assert "python3" in answer.content["evalue"]


def test_a_multi_is_no_backend_of_a_multi(tmp_path: Path) -> None:
    config = "default: python\nbackends:\n  python: {kernel: python3}\n  m: {kernel: multi}\n"
    with open_multi(tmp_path, config) as kernel:
        answer = kernel.run("%%m\n1")
    assert answer.content["ename"] == "BackendNotFound"
    assert "is Multi itself" in answer.content["evalue"]


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_can_write_is_not_used(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "multikernel.yaml"
    file.write_text("backends: {mine: {kernel: python3}}")
    file.chmod(mode)
    with open_kernel("multi", cwd=str(tmp_path)) as kernel:
        error = kernel.run("1").content
        assert kernel.run("%%python3\n1").result == "1"
    assert error["ename"] == "ConfigError"
    assert error["evalue"].startswith("multikernel.yaml:1:1: not used, because other users can write to it")


def test_a_file_of_another_user_is_not_used(tmp_path: Path) -> None:
    need_root()
    file = tmp_path / "multikernel.yaml"
    file.write_text("backends: {mine: {kernel: python3}}")
    os.chown(file, 65534, 65534)
    with open_kernel("multi", cwd=str(tmp_path)) as kernel:
        error = kernel.run("1").content
    assert error["evalue"].startswith("multikernel.yaml:1:1: not used, because it belongs to another user")


def test_a_file_above_the_notebook_counts_and_the_nearest_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "multikernel.yaml").write_text("backends: {outer: {kernel: python3}}")
    with open_kernel("multi", cwd=str(inner)) as kernel:
        assert "outer" in str(kernel.run("%%backends").result)
    with (
        open_multi(inner.parent, "backends: {nearer: {kernel: python3}}"),
        open_kernel("multi", cwd=str(inner)) as kernel,
    ):
        shown = str(kernel.run("%%backends").result)
    assert "nearer" in shown
    assert "outer" not in shown


def test_nothing_above_the_home_folder_counts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    (tmp_path / "multikernel.yaml").write_text("backends: {outer: {kernel: python3}}")
    with open_kernel("multi", cwd=str(home / "work"), env={"HOME": str(home)}) as kernel:
        assert "outer" not in str(kernel.run("%%backends").result)


def test_the_variable_wins_and_a_file_on_jupyters_config_path_comes_last(tmp_path: Path) -> None:
    config_path, folder = tmp_path / "config", tmp_path / "folder"
    config_path.mkdir()
    folder.mkdir()
    (config_path / "multikernel.yaml").write_text("backends: {site: {kernel: python3}}")
    named = tmp_path / "named.yaml"
    named.write_text("backends: {named: {kernel: python3}}")
    env = {"JUPYTER_CONFIG_PATH": str(config_path)}
    with open_kernel("multi", cwd=str(folder), env=env) as kernel:
        assert "site" in str(kernel.run("%%backends").result)
    with open_multi(folder, "backends: {local: {kernel: python3}}", **env) as kernel:
        assert "local" in str(kernel.run("%%backends").result)
    with open_kernel("multi", cwd=str(folder), env={**env, **own(named)}) as kernel:
        assert "named" in str(kernel.run("%%backends").result)


def test_a_named_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with open_kernel("multi", env=own(tmp_path / "gone.yaml")) as kernel:
        error = kernel.run("1").content
    assert error["ename"] == "ConfigError"
    missing = f"{tmp_path / 'gone.yaml'}:1:1: No such file or directory"
    assert error["evalue"] == f"{missing}; $MULTIKERNEL_CONFIG names this file"


def test_a_backend_that_is_not_ready_in_time_is_an_error(tmp_path: Path) -> None:
    spec = tmp_path / "kernels" / "mute"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-c", "import time; print('waiting', flush=True); time.sleep(600)", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Mute", "language": "none"}))
    config = "default: python\nbackends:\n  python: {kernel: python3}\n  mute: {kernel: mute, timeout: 1.5}\n"
    with open_multi(tmp_path, config, JUPYTER_PATH=str(tmp_path)) as kernel:
        answer = kernel.run("%%mute\n1")
    assert answer.content["ename"] == "BackendStartError"
    assert answer.content["evalue"].startswith("mute did not get ready within 1.5 s")
    assert "waiting" in answer.content["traceback"][-1]
