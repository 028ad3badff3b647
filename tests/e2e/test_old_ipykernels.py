"""ipykernels that people still have, as backends: each alone, below a header, and as the default."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multikernel.core.kernels.ipython import KEY, SETUP

from .kernel import Json, Kernel, open_kernel
from .lacking import lacking
from .same_as_alone import plain_traceback, seen

ENVIRONMENTS = Path(sys.prefix) / "old"
"""Where `scripts/install-old-ipykernels` has put them."""
NAMES = ["ipykernel-5.5", "ipykernel-6.9", "ipykernel-6.29"]
CELLS = [
    "6 * 7",
    "import sys; print('out'); print('err', file=sys.stderr); None",
    "display({'text/plain': 'shown', 'text/html': '<b>shown</b>'}, raw=True)",
    "x = 1\nx / 0",
    "def f():\n    return nothing\n\nf()",
    "x = (",
    "%time z = 3",
    "%%capture c\nprint('hidden')",
    "c.stdout",
    "Out[1], _1, len(In), get_ipython().execution_count",
    "# a comment alone",
    "%nosuchmagic",
    "raise SystemExit",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
]
"""Each goes to the kernel alone and through Multi, in this order, and so that an error stops none after it: ipykernel
6.9 aborts what comes in the milliseconds after one, alone, too."""
FRAME = "frame = pd.DataFrame({'n': [1, 2], 'x': [0.5, None], 't': pd.to_datetime(['2024-02-29'] * 2)})"


def is_installed(name: str) -> bool:
    """Whether there is a kernelspec of an old ipykernel."""
    return (ENVIRONMENTS / "share" / "jupyter" / "kernels" / name).exists()


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of one of their kernelspecs."""
    chosen = str(request.param)
    if not is_installed(chosen):
        lacking(f"{chosen}, which scripts/install-old-ipykernels installs")
    return chosen


@pytest.fixture(scope="module")
def environment(own_folders: None) -> Iterator[None]:
    """Let Jupyter find their kernelspecs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(ENVIRONMENTS / "share" / "jupyter"), prepend=":")
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        yield


@pytest.fixture(scope="module")
def alone(name: str, environment: None) -> Iterator[list[Json]]:
    """Return what the kernel alone answers to CELLS."""
    with open_kernel(name) as kernel:
        yield [seen(kernel.run(cell, stop_on_error=False)) for cell in CELLS]


@pytest.fixture(scope="module")
def multi(name: str, environment: None) -> Iterator[Kernel]:
    """Return a Multi whose default is the current ipykernel."""
    with open_kernel("multi") as kernel:
        yield kernel


@contextmanager
def open_with_default(name: str, folder: Path) -> Iterator[Kernel]:
    """Start a Multi whose default backend runs this kernelspec."""
    config = folder / "multikernel.yaml"
    config.write_text(f"default: old\nbackends:\n  old: {{kernel: {name}}}\n")
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


def test_every_cell_is_as_alone_where_it_is_the_default(
    name: str, alone: list[Json], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_with_default(name, tmp_path_factory.mktemp("t")) as kernel:
        kernel.run("%%start old", store_history=False)
        assert [seen(kernel.run(cell, stop_on_error=False)) for cell in CELLS] == alone


def test_below_a_header_cells_are_as_alone_with_one_line_more(name: str, alone: list[Json], multi: Kernel) -> None:
    multi.run(f"%%start {name}", store_history=False)
    for number, (cell, expected) in enumerate(zip(CELLS, alone, strict=True), 1):
        got = seen(multi.run(f"%%{name}\n{cell}", stop_on_error=False))
        if expected["reply"]["status"] == "error":
            assert (got["reply"]["ename"], got["reply"]["evalue"]) == below_header(cell, expected["reply"]), cell
            assert got["reply"]["execution_count"] == number
        else:
            assert got == expected, cell


def below_header(cell: str, reply: Json) -> tuple[str, str]:
    """Return ename and evalue; a SyntaxError names a line, one further down, but a body of one line is sent alone."""
    further = "line 2)" if len(cell.splitlines()) > 1 else "line 1)"
    return reply["ename"], reply["evalue"].replace("line 1)", further)


def test_tracebacks_have_the_lines_of_the_cell(name: str, multi: Kernel) -> None:
    text = plain_traceback(multi.run(f"%%{name}\ndef g():\n    return nothing\n\ng()"))
    assert "----> 3     return nothing" in text or "      3     return nothing" in text, text
    assert "5 g()" in text


def test_its_counter_is_that_of_the_notebook(name: str, multi: Kernel) -> None:
    multi.run("1")
    answer = multi.run(f"%%{name}\n'here'")
    count = answer.content["execution_count"]
    assert answer.of("execute_result")[0]["execution_count"] == count
    assert multi.run(f"%%{name}\nOut[{count}], _{count}, In[{count}].split()[-1]").result == repr(
        ("here",) * 2 + ("'here'",)
    )


@pytest.fixture(params=[*NAMES, "python3"])
def set_up(request: pytest.FixtureRequest, environment: None) -> Iterator[Kernel]:
    """Return a kernel alone that has run what Multi has its children run, the current ipykernel too."""
    name = str(request.param)
    if name in NAMES and not is_installed(name):
        lacking(f"{name}, which scripts/install-old-ipykernels installs")
    with open_kernel(name) as kernel:
        kernel.run(SETUP, silent=True, store_history=False)
        yield kernel


def send_numbered(kernel: Kernel, code: str, number: int) -> str:
    """Send a cell that is to have this number."""
    return kernel.send("execute_request", {"code": code, "silent": False}, metadata={"cellId": "c", KEY: number})


def test_a_number_moves_the_counter_for_a_cell_that_runs(set_up: Kernel) -> None:
    sent = [send_numbered(set_up, "1 / 0", 7), send_numbered(set_up, "'aborted'", 50)]
    failed, aborted = map(set_up.wait, sent)
    assert (failed.content["execution_count"], aborted.content["status"]) == (7, "aborted")
    while (after := set_up.run("1").content)["status"] == "aborted":
        pass
    assert after["execution_count"] == 8
    here = set_up.wait(send_numbered(set_up, "'here'", 20))
    assert [here.of(kind)[0]["execution_count"] for kind in ("execute_input", "execute_result")] == [20, 20]
    assert set_up.run("Out[20], _20, len(In), In[20], In[19]").result == "('here', 'here', 22, \"'here'\", '')"
    assert set_up.wait(send_numbered(set_up, "'late'", 3)).content["execution_count"] == 22
    assert set_up.run("%history -n 20").stream().split() == ["20:", "'here'"]


def test_nobody_sees_the_number(set_up: Kernel) -> None:
    parent = "getattr(get_ipython().kernel, '_parent_header', None) or get_ipython().kernel.get_parent()"
    answer = set_up.wait(send_numbered(set_up, f"({parent})['metadata']", 7))
    assert answer.result == "{'cellId': 'c'}"
    assert not any(KEY in str(message) for message in [answer.reply, *answer.iopub])


def test_it_completes_and_explains(name: str, multi: Kernel) -> None:
    multi.run(f"%%{name}\nsomething_long = 1")
    code = f"%%{name}\nsomething_l"
    reply = multi.ask("complete_request", {"code": code, "cursor_pos": len(code)}).content
    assert reply["matches"] == ["something_long"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (len(code) - len("something_l"), len(code))
    code = f"%%{name}\nlen"
    found = multi.ask("inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": 0}).content
    assert "number of items" in found["data"]["text/plain"]
    assert multi.ask("is_complete_request", {"code": f"%%{name}\nfor i in x:"}).content["status"] == "incomplete"


def test_it_asks_for_input(name: str, multi: Kernel) -> None:
    cell = multi.client.execute(f"%%{name}\ninput('who? ')", allow_stdin=True)
    assert multi.question()["content"] == {"prompt": "who? ", "password": False}
    multi.client.input("me")
    assert multi.wait(cell).result == "'me'"


def test_it_is_interrupted(name: str, multi: Kernel) -> None:
    # Otherwise ipykernel 6.9 aborts a cell that comes within a millisecond of its idle, alone too.
    cell = multi.begin(f"%%{name}\nimport time; print('go', flush=True); time.sleep(100)", stop_on_error=False)
    assert multi.interrupt().content["status"] == "ok"
    assert multi.wait(cell).content["ename"] == "KeyboardInterrupt"
    assert multi.run(f"%%{name}\n6 * 7").result == "42"


def test_values_cross_both_ways(name: str, multi: Kernel) -> None:
    multi.run("x = [0.1 + 0.2, 'ü', None, 2**70, b'bytes', {'a': (1, True)}]; y = x")
    there = multi.run(f"%%{name} -i x -o x,n\nn = len(x); x[:4]")
    assert there.content["status"] == "ok", there.content
    assert there.result == "[0.30000000000000004, 'ü', None, 1180591620717411303424]"
    assert multi.run("x == y, x is y, n").result == "(True, False, 6)"


def test_numbers_of_pandas_cross_both_ways(name: str, multi: Kernel) -> None:
    multi.run(f"import pandas as pd\n{FRAME}")
    there = multi.run(f"%%{name} -i frame -o back\nback = frame.assign(n=frame['n'] + 1); type(frame).__module__")
    assert there.content["status"] == "ok", there.content
    assert there.result == "'pandas.core.frame'"
    assert (
        multi.run("pd.testing.assert_frame_equal(frame.assign(n=[2, 3]), back, check_dtype=False)").content["status"]
        == "ok"
    )
    shown = multi.run(f"%%vars {name}").result
    assert shown is not None
    assert "2 x 3" in shown
