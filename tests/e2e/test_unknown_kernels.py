"""What Multi does not know about a kernel, it leaves to the kernel; and IPython reads cells as it does alone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .kernel import Kernel, open_kernel
from .kernelspecs import write_kernelspec

FRAGILE = Path(__file__).with_name("fragile_kernel.py")


@pytest.fixture(scope="module")
def with_fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with a kernel that nobody knows, and that is fragile."""
    folder = tmp_path_factory.mktemp("t")
    write_kernelspec(folder, "new", sys.executable, str(FRAGILE), "-f", "{connection_file}", language="newlang")
    with open_kernel("multi", env={"JUPYTER_PATH": str(folder)}) as kernel:
        yield kernel


def test_a_kernel_that_nobody_knows_is_left_alone_for_a_moment(with_fragile: Kernel) -> None:
    for code in ("%%newlang\n1", "%%restart new\n%%new\n1"):
        answer = with_fragile.run(code)
        assert (answer.content["status"], answer.result) == ("ok", "1")


def test_what_a_kernel_says_of_its_language_is_no_name_and_its_magics_are_its_own(with_fragile: Kernel) -> None:
    with_fragile.run("%%use newlang\n%%start new")
    try:
        assert with_fragile.run("%%capture c\nprint(1)").content["status"] == "ok"
        assert with_fragile.run("%%fragile\n1").content["ename"] == "UsageError"
        assert with_fragile.run("%%javascript\n1").of("display_data")
        error = with_fragile.run("%%newlang\n1\n1/0").of("error")[0]["traceback"]
        assert "line 3" in str(error)
    finally:
        with_fragile.run("%%use python")


@pytest.mark.parametrize(
    "above", ["%%python\n", "# a note\n\n%%python\n", "// a note\n%%use python\n%%python # here\n\n"]
)
def test_python_below_a_header_is_as_python_alone(shared: Kernel, above: str) -> None:
    assert shared.run(f"{above}    x = 6\n    x * 7").result == "42"
    assert shared.run(f"{above}x = 6; x * 7").result == "42"
    shared.run("class Call:\n    rewrite = True\n    def __init__(self): self.called = 0")
    shared.run(
        "from IPython.core.autocall import IPyAutocall\n"
        "class Call(IPyAutocall):\n    def __call__(self, *a): print('called', *a)\n"
        "call = Call()"
    )
    assert shared.run(f"{above}call 1").stream().endswith("called 1\n")
    error = shared.run(f"{above}    y = 0\n    1 / y").of("error")[0]
    assert f"line {above.count(chr(10)) + 2}" in str(error["traceback"])


def test_exit_below_a_header_ends_the_backend_and_no_other(multi: Kernel) -> None:
    multi.run("%%bash\nx=5")
    assert multi.run("%%python\nexit").content["status"] == "ok"
    assert multi.run("%%bash\necho $x").stream() == "5\n"
