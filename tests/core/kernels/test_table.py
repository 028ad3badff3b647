"""What a kernel needs is found by what it says of itself, whatever it leaves out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.kernels.table import (
    BY_IMPLEMENTATION,
    DEFAULTS,
    LINE_COMMENTS,
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


def test_ipython_has_magics_comments_and_a_counter_to_move() -> None:
    ipython = profile("ipython", "python")
    assert ipython.cell_magics
    assert ipython.refuses_late_magics
    assert ipython.follows_counter
    assert (ipython.line_comment, ipython.interrupt) == ("##", None)


def test_the_implementation_counts_more_than_the_language() -> None:
    assert profile("bash_kernel", "bash").line_comment == ""
    assert profile("another", "bash").line_comment == "##"
    assert profile("xeus-python", "python").interrupt == "restart"
    assert profile("Deno kernel", "typescript").interrupt == "message"


@pytest.mark.parametrize(
    ("language", "comment"),
    [
        ("python", "##"),
        ("R", "##"),
        ("Julia", "##"),
        ("TypeScript", "//"),
        ("scheme", ";;"),
        ("SQL", "--"),
        ("abap", ""),
    ],
)
def test_an_unknown_kernel_gets_the_comment_of_its_language(language: str, comment: str) -> None:
    assert profile("unknown", language) == KernelProfile(line_comment=comment)


def test_every_comment_stands_for_the_two_percent_signs() -> None:
    assert {len(comment) for comment in LINE_COMMENTS} == {2}
    assert {len(entry.line_comment) for entry in BY_IMPLEMENTATION.values()} <= {0, 2}
    assert DEFAULTS.line_comment == ""


def test_a_metakernel_has_magics_of_its_own() -> None:
    links = [{"text": "MetaKernel Magics", "url": "https://metakernel.readthedocs.io/en/latest/source/README.html"}]
    assert profile("Calysto Scheme", "scheme", help_links=links).cell_magics
    assert not profile("Other Scheme", "scheme", help_links=[{"text": "Scheme", "url": ""}]).cell_magics
    assert not profile("Other Scheme", "scheme", help_links=None).cell_magics


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["python", "-m", "ipykernel_launcher", "-f"], BY_IMPLEMENTATION["ipython"]),
        (["deno", "jupyter"], BY_IMPLEMENTATION["Deno kernel"]),
        (["R", "-e", "IRkernel", "main"], DEFAULTS),
        (["python", "-m", "octave_kernel"], KernelProfile(cell_magics=True)),
        (["julia"], None),
        ([], None),
    ],
)
def test_a_kernelspec_may_show_what_a_kernel_needs(argv: list[str], expected: KernelProfile | None) -> None:
    assert profile_of_program(argv) == expected


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
