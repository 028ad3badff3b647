"""What a kernel needs is found by what it says of itself, whatever it leaves out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.kernels.table import (
    BY_IMPLEMENTATION,
    DEFAULTS,
    KernelProfile,
    language_info,
    language_of,
    profile_of,
    profile_of_program,
    speaks_ipc,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "a"]), inner),
    max_leaves=5,
)


def profile(implementation: str, language: str = "", **more: object) -> KernelProfile:
    return profile_of({"implementation": implementation, "language_info": {"name": language}, **more})


def test_ipython_reads_cells_in_its_own_way_and_has_a_counter_to_move() -> None:
    ipython = profile("ipython", "python")
    assert ipython.cell_magics
    assert ipython.is_python
    assert ipython.reads_as_ipython
    assert ipython.follows_counter
    assert (ipython.line_comment, ipython.interrupt) == ("##", None)


def test_the_implementation_counts_more_than_the_language() -> None:
    assert profile("bash_kernel", "bash").line_comment == ""
    assert profile("another", "bash").line_comment == "##"
    assert profile("xeus-python", "python").interrupt == "restart"
    assert profile("Deno kernel", "typescript").interrupt == "message"


def test_what_is_not_known_of_a_kernel_is_left_to_it() -> None:
    assert profile("unknown") == DEFAULTS == KernelProfile()
    assert (DEFAULTS.cell_magics, DEFAULTS.line_comment, DEFAULTS.grace) == (True, "", 0.2)
    assert profile("unknown", "Julia") == KernelProfile(line_comment="##")
    assert profile("unknown", "Python") == KernelProfile(line_comment="##", is_python=True)
    assert profile("unknown", language_info=None) == DEFAULTS


def test_only_kernels_that_are_known_to_have_no_magics_have_none() -> None:
    without = {name for name, known in BY_IMPLEMENTATION.items() if not known.cell_magics}
    assert without == {"IRkernel", "bash_kernel", "Deno kernel"}


def test_every_comment_stands_for_the_two_percent_signs() -> None:
    assert {len(entry.line_comment) for entry in BY_IMPLEMENTATION.values()} <= {0, 2}


def test_a_grace_is_for_kernels_that_are_not_known_to_do_without() -> None:
    assert {known.grace for known in BY_IMPLEMENTATION.values()} == {0.0}
    assert profile("xeus-cpp", "c++").grace == 0.0
    links = [{"text": "MetaKernel Magics", "url": "https://metakernel.readthedocs.io/en/latest/source/README.html"}]
    assert profile("Calysto Scheme", "scheme", help_links=links).grace == 0.0
    assert profile("Other Scheme", "scheme", help_links=[{"text": "Scheme", "url": ""}]).grace == 0.2
    assert profile("Other Scheme", "scheme", help_links=None).grace == 0.2


@pytest.mark.parametrize(
    ("argv", "language", "expected"),
    [
        (["python", "-m", "ipykernel_launcher", "-f"], "python", BY_IMPLEMENTATION["ipython"]),
        (["deno", "jupyter"], "typescript", BY_IMPLEMENTATION["Deno kernel"]),
        (["R", "-e", "IRkernel", "main"], "R", BY_IMPLEMENTATION["IRkernel"]),
        (["python", "-m", "octave_kernel"], "octave", KernelProfile(line_comment="##")),
        (["a"], "python", KernelProfile(line_comment="##", is_python=True)),
        ([], "", DEFAULTS),
    ],
)
def test_a_kernelspec_may_show_what_a_kernel_needs(argv: list[str], language: str, expected: KernelProfile) -> None:
    assert profile_of_program(argv, language) == expected


@given(
    st.dictionaries(st.sampled_from(["implementation", "language_info", "help_links"]), ANYTHING)
    | st.dictionaries(st.text(), ANYTHING)
)
def test_a_kernel_may_say_what_it_likes(kernel_info: dict[str, object]) -> None:
    assert isinstance(profile_of(kernel_info), KernelProfile)
    assert isinstance(language_of(kernel_info), str)


def test_the_language_of_a_kernel_that_has_not_spoken_is_the_kernelspecs() -> None:
    r = language_info("R")
    assert (r["name"], r["mimetype"], r["file_extension"]) == ("R", "text/x-rsrc", ".r")
    assert language_info("Python")["name"] == "python"
    assert language_info("Ruby") == {"name": "ruby", "version": "", "mimetype": "text/x-ruby"}
    assert language_info("")["name"] == ""


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("python3 -m ipykernel_launcher -f {connection_file}", True),
        ("/opt/python3.12 -I -X frozen_modules=off -m ipykernel -f {connection_file}", True),
        ("R --slave -e IRkernel::main() --args {connection_file}", True),
        ("/usr/lib/R/bin/R --no-echo -e IRkernel::main() --args {connection_file}", True),
        ("R -f kernel.R {connection_file}", False),
        ("python3 -m bash_kernel -f {connection_file}", False),
        ("python3 start.py -m ipykernel_launcher -f {connection_file}", False),
        ("python3 -m nb_conda_kernels.runner /env python -m ipykernel_launcher -f {connection_file}", False),
        ("ssh host python3 -m ipykernel_launcher -f {connection_file}", False),
        ("pythonic -m ipykernel_launcher -f {connection_file}", False),
        ("deno jupyter --kernel --conn {connection_file}", False),
        ("python3 -m", False),
        ("python3", False),
        ("", False),
    ],
)
def test_ipc_is_for_kernels_that_are_known_to_speak_it(argv: str, expected: bool) -> None:
    assert speaks_ipc(argv.split()) is expected
