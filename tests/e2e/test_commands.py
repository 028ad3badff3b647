"""Commands on top of a cell do what %%help says, and what cannot be right is refused with a telling error."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest

from .kernel import Answer, Kernel, open_kernel
from .kernelspecs import Lobby, write_kernelspec
from .processes import Stopwatch, child_of, has_ended, left_of

Need = Callable[..., None]

COLUMNS = ["backend", "aliases", "kernelspec", "language", "state", "pid", "memory", "cells"]


class Table(HTMLParser):
    """The cells of an HTML table, row by row."""

    def __init__(self, html: str) -> None:
        """Read it."""
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        if tag == "tr":
            self.rows.append([])
        self._in_cell = tag in ("td", "th")
        if self._in_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Add to a cell."""
        if self._in_cell:
            self.rows[-1][-1] += data


def refusal(answer: Answer) -> str:
    """Check that a cell was refused before anything ran, and return `ename: evalue`."""
    (error,) = answer.of("error")
    assert answer.types == ["busy", "execute_input", "error", "idle"]
    assert answer.content["status"] == "error"
    assert {key: answer.content[key] for key in ("ename", "evalue", "traceback")} == error
    assert "\n" not in error["evalue"]
    return f"{error['ename']}: {error['evalue']}"


def shown(answer: Answer) -> str:
    """Check that a command succeeded and return the text that it showed."""
    assert answer.content["status"] == "ok"
    assert answer.types == ["busy", "execute_input", "display_data", "idle"]
    return str(answer.of("display_data")[0]["data"]["text/plain"])


def test_backends_are_listed_as_text_and_as_html(shared: Kernel, need: Need) -> None:
    need("ir", "bash", "calysto_scheme")
    shared.run("%%start ir")
    shared.run("%%ir\n1")
    shared.run("%%ir\n2")
    answer = shared.run("%%backends")
    text = shown(answer)
    table = Table(answer.of("display_data")[0]["data"]["text/html"])
    assert text.splitlines()[0].split() == table.rows[0] == COLUMNS
    rows = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in table.rows[1:]}
    assert {"python *", "r", "bash"} <= rows.keys()
    assert "multi" not in rows
    assert [row[0] for row in table.rows[1:]] == sorted(rows)
    r, bash = rows["r"], rows["bash"]
    assert (r["kernelspec"], r["language"], r["state"], r["cells"]) == ("ir", "r", "ready", "2")
    assert psutil.Process(int(r["pid"])).is_running()
    assert 20 < int(r["memory"].removesuffix(" MB")) < 1000
    assert (bash["state"], bash["pid"], bash["memory"], bash["cells"]) == ("stopped", "", "", "0")
    for row in table.rows[1:]:
        assert any(line.split() == " ".join(row).split() for line in text.splitlines()), row
    assert "no multikernel.yaml" in text.splitlines()[-2]


def test_the_table_marks_the_default(shared: Kernel, need: Need) -> None:
    need("ir")
    shared.run("%%use ir")
    text = shown(shared.run("%%backends"))
    assert [line.split()[0] for line in text.splitlines()[1:-1] if " * " in line] == ["r"]
    assert shown(shared.run("%%use")) == "The default is r."
    shared.run("%%use python3")
    assert shown(shared.run("%%use")) == "The default is python."


def test_start_starts_side_by_side(tmp_path: Path) -> None:
    with Lobby() as lobby:
        for name in ("a", "b"):
            write_kernelspec(tmp_path, name, *lobby.argv())
        with open_kernel("multi", env={"JUPYTER_PATH": str(tmp_path)}) as kernel:
            msg_id = kernel.client.execute("%%start a b")
            processes = [lobby.next_process(), lobby.next_process()]
            assert not any(has_ended(process) for process in processes)
            kernel.interrupt()
            assert kernel.wait(msg_id).content["ename"] == "Interrupted"
            kernel.run("%%stop a b")
            assert left_of(processes, seconds=1) == []


def test_start_returns_when_all_are_ready_and_leaves_running_ones_alone(shared: Kernel, need: Need) -> None:
    need("ir", "bash")
    shared.run("%%stop ir bash")
    shared.run("kept = 1")
    answer = shared.run("%%start ir bash\n\n%%start python")
    assert answer.types == ["busy", "execute_input", "idle"]
    assert shared.children().keys() >= {"ir", "bash", "python3"}
    assert shared.run("print(kept)").stream() == "1\n"


def test_stop_and_restart_end_one_backend_s_state_and_keep_the_others(shared: Kernel, need: Need) -> None:
    need("ir")
    shared.run("kept = 1")
    for command in ("%%stop ir", "%%restart ir"):
        shared.run("%%ir\nx <- 1")
        process = child_of(shared, "ir")
        answer = shared.run(command)
        assert (answer.content["status"], answer.types) == ("ok", ["busy", "execute_input", "idle"])
        assert left_of([process], seconds=0.2) == []
        assert ("ir" in shared.children()) == (command == "%%restart ir")
        again = shared.run('%%ir\ncat(exists("x"))')
        assert (again.stream(), again.stream("stderr")) == ("FALSE", "")
        assert shared.run("print(kept)").stream() == "1\n"


def test_stopping_what_does_not_run_is_fine(shared: Kernel, need: Need) -> None:
    need("ir")
    for _ in range(2):
        assert shared.run("%%stop ir").content["status"] == "ok"


def test_the_default_is_stopped_and_the_next_cell_starts_it(shared: Kernel) -> None:
    shared.run("kept = 1")
    shared.run("%%stop python3")
    assert "python3" not in shared.children()
    answer = shared.run("print('kept' in globals())")
    assert (answer.stream(), answer.stream("stderr")) == ("False\n", "")


def test_the_counter_goes_on_after_a_restart(shared: Kernel) -> None:
    before = shared.run("1").content["execution_count"]
    shared.run("%%restart python3")
    answer = shared.run("_oh, 5; 6")
    assert answer.content["execution_count"] == before + 2
    assert answer.of("execute_result")[0]["execution_count"] == before + 2
    assert shared.run(f"_{before + 2}, len(In)").result == f"(6, {before + 4})"


def test_commands_above_a_backend_header_run_first(shared: Kernel, need: Need) -> None:
    need("ir")
    shared.run("%%ir\nx <- 1")
    answer = shared.run("\n%%restart ir\n\n%%use ir\n%%ir\ncat(exists('x'))")
    assert answer.stream() == "FALSE"
    assert shown(shared.run("%%use")) == "The default is r."
    shared.run("%%use python3")


def test_a_command_that_fails_stops_the_cell(shared: Kernel) -> None:
    answer = shared.run("%%stop nothing\n%%python3\nprint('not run')")
    assert refusal(answer).startswith("BackendNotFound: ")


def test_commands_leave_cells_of_other_backends_in_peace(shared: Kernel, need: Need) -> None:
    need("ir", "bash")
    msg_id = shared.begin('%%ir\ncat("go\\n"); Sys.sleep(100)')
    queued = shared.client.execute("%%interrupt bash python3")
    shared.have_arrived()
    watch = Stopwatch()
    shared.interrupt()
    assert shared.wait(msg_id).content["status"] == shared.wait(queued).content["status"] == "aborted"
    assert watch.seconds < 2


def test_now_runs_a_command_while_a_cell_runs(shared: Kernel, need: Need) -> None:
    need("ir", "bash")
    shared.run("kept = 1")
    msg_id = shared.begin('%%ir\ncat("go\\n"); Sys.sleep(100)')
    queued = shared.client.execute("kept = 2")
    assert "ready" in shown(shared.run("%%backends --now", patience=5))
    assert shared.run("%%start bash --now", patience=20).content["status"] == "ok"
    assert refusal(shared.run("%%stop nothing --now", patience=5)).startswith("BackendNotFound: ")
    assert shared.run("%%restart ir --now", patience=20).content["status"] == "ok"
    assert shared.wait(msg_id).content["ename"] == "BackendStopped"
    assert shared.wait(queued).content["status"] == "aborted"
    assert shared.run("%%ir\ncat(1)").stream() == "1"
    assert shared.run("print(kept)").stream() == "1\n"


def test_interrupt_now_interrupts_the_named_backend(shared: Kernel, need: Need) -> None:
    need("ir")
    msg_id = shared.begin('%%ir\ncat("go\\n"); Sys.sleep(100)')
    assert shared.run("%%interrupt python3 ir --now", patience=5).content["status"] == "ok"
    assert shared.wait(msg_id, patience=5).content["status"] == "aborted"


def test_help_lists_every_command_and_backend_and_explains_one(shared: Kernel, need: Need) -> None:
    need("ir")
    text = shown(shared.run("%%help"))
    commands = ["use", "backends", "start", "stop", "restart", "interrupt", "help"]
    for name in commands:
        (line,) = [line for line in text.splitlines() if line.startswith(f"%%{name} ") or line == f"%%{name}"]
        assert line.strip() in shown(shared.run(f"%%help {name}"))
        assert shown(shared.run(f"%%help %%{name.upper()}")) == shown(shared.run(f"%%help {name}"))
    assert "r (ir)" in text
    assert "python (python3)" in text
    assert "kernelspec ir" in shown(shared.run("%%help r"))


REFUSED = {
    "%%help pyhton3": "BackendNotFound: .*'pyhton3'.*did you mean 'python3'",
    "%%help a b": "HeaderError: .*one name",
    "%%start": "HeaderError: .*needs the name",
    "%%stop nothing": "BackendNotFound: .*'nothing'.*python",
    "%%restart bsh": "BackendNotFound: .*did you mean 'bash'",
    "%%use bsh": "BackendNotFound: .*did you mean 'bash'",
    "%%use ir bash": "HeaderError: .*one backend",
    "%%backends all": "HeaderError: .*no arguments",
    "%%backends\n1 + 1": "HeaderError: .*code below %%backends.*%%python",
    "%%start python3\n\nprint(1)": "HeaderError: .*code below %%start",
    "%%ir --fast\n1": "HeaderError: .*'--fast'.*%%python",
    "%%bash script.sh\n1": "HeaderError: .*'script.sh'",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_right_is_refused(shared: Kernel, need: Need, code: str) -> None:
    need("ir", "bash")
    before = shared.run("1").content["execution_count"]
    answer = shared.run(code)
    assert_matches(REFUSED[code], refusal(answer))
    assert answer.content["execution_count"] == before + 1
    assert shared.run("print(1)").stream() == "1\n"


def assert_matches(pattern: str, text: str) -> None:
    """Check a text with a regular expression."""
    assert re.match(pattern, text), text


@pytest.fixture
def with_r(shared: Kernel, need: Need) -> Iterator[Kernel]:
    """Return the shared Multi with R as its default."""
    need("ir", "bash")
    shared.run("%%use ir")
    yield shared
    shared.run("%%use python3")


def test_an_unknown_name_is_refused_where_the_default_has_no_magics(with_r: Kernel) -> None:
    assert_matches("HeaderError: %%bsh .*: did you mean %%bash?", refusal(with_r.run("%%bsh\necho 1")))
    assert_matches("HeaderError: %%time .*Backends are", refusal(with_r.run("%%time\n1")))


def test_a_header_below_code_is_refused(with_r: Kernel) -> None:
    text = refusal(with_r.run("x <- 1\n\n%%bash\necho 1"))
    assert_matches("HeaderError: Line 3: %%bash is below code", text)
    assert with_r.run("# a comment\n%%python3\nprint(1)\nprint('%%r\\n')").stream() == "1\n%%r\n\n"
    assert with_r.run("%%python3\nprint('''\n%%bash\n''')").stream() == "\n%%bash\n\n"


def test_a_header_below_code_is_refused_for_python_too_but_not_in_a_string(shared: Kernel) -> None:
    assert refusal(shared.run("x = 1\n%%ir\nx")).startswith("HeaderError: Line 2: %%ir is below code")
    assert shared.run("print('''\n%%ir\n''')").stream() == "\n%%ir\n\n"
    assert refusal(shared.run("%%capture c\n%%ir\nx <- 1")).startswith("HeaderError: Line 2: %%ir is below %%capture")


def test_ipython_s_own_magics_work_untouched(shared: Kernel, need: Need) -> None:
    need("bash")
    assert shared.run("%%capture caught\nprint('x')").stream() == ""
    assert shared.run("caught.stdout").result == "'x\\n'"
    assert shared.run("%%python\n%%bash\necho $((40 + 2))").stream() == "42\n"
    unknown = shared.run("%%no_such_magic\n1")
    assert "no_such_magic" in unknown.stream("stderr") + str(unknown.of("error"))
