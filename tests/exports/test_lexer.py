"""Pygments' lexer for the text of one cell."""

import sys
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Keyword, Number, Operator, Text, _TokenType

from multikernel.exports.lexer import HEADER, CellText, MultiLexer, lexer_name
from tests.cli.conftest import Machine, machine

from .notebooks import reader_for

__all__ = ["machine"]

READER = reader_for()


def tokens(code: str, default: str = "python") -> list[tuple[_TokenType, str]]:
    """Return types and texts, without spaces."""
    found = get_lexer_by_name("multikernel").get_tokens(CellText(code, READER, default))
    return [(kind, text) for kind, text in found if text.strip()]


def test_pygments_finds_it_by_the_name_that_the_kernel_gives() -> None:
    assert isinstance(get_lexer_by_name("multikernel"), MultiLexer)


def test_a_header_line_is_quiet_and_its_body_in_its_language() -> None:
    found = tokens("#| echo: false\n%%bash -i x # why\nfor")
    assert found == [(Comment.Single, "#| echo: false"), (HEADER, "%%bash -i x # why"), (Keyword, "for")]
    assert HEADER.parent is Comment


def test_a_body_has_the_tokens_that_its_own_lexer_finds() -> None:
    body = "f <- function(x) x %in% c('a', 1L)  # why\n"
    alone = [(kind, text) for kind, text in get_lexer_by_name("r").get_tokens(body) if text.strip()]
    assert tokens(f"%%r\n{body}") == [(HEADER, "%%r"), *alone]
    assert tokens(body, "r") == alone


def test_python_is_ipythons() -> None:
    assert (Operator, "%%time") in tokens("%%python\n%%time\nx")
    assert (Operator, "!") in tokens("!ls")


def test_parts_are_each_in_their_language() -> None:
    found = tokens("%%parts\n%%bash\nfi\n%%python\nNone")
    assert found == [
        (HEADER, "%%parts"),
        (HEADER, "%%bash"),
        (Keyword, "fi"),
        (HEADER, "%%python"),
        (Keyword.Constant, "None"),
    ]


@pytest.mark.parametrize("backend", ["odd", "mute"])
def test_a_language_without_a_lexer_is_plain(backend: str) -> None:
    assert tokens(f"%%{backend}\nfor x in 1") == [(HEADER, f"%%{backend}"), (Text, "for x in 1\n")]


def test_what_a_lexer_does_not_understand_is_plain() -> None:
    assert Error in dict(get_lexer_by_name("python").get_tokens("x = $1"))
    assert (Text, "$") in tokens("x = $1")


@given(st.text(alphabet="%r\n #x&<'\"\x0c\u2028 \t", max_size=40), st.sampled_from(["python", "r", "bash", "odd"]))
def test_no_text_is_lost_and_none_is_an_error(code: str, default: str) -> None:
    lexer = MultiLexer(stripnl=False, ensurenl=False)
    found = list(lexer.get_tokens(CellText(code, READER, default)))
    assert "".join(text for _, text in found) == code
    assert not any(kind is Error for kind, _ in found)


def test_where_no_notebook_is_known_the_config_of_the_working_folder_holds(machine: Machine) -> None:
    machine.add_kernel("ir", "R")
    machine.write("multikernel.yaml", "default: stats\nbackends:\n  stats: {kernel: ir}\n")
    found = dict(MultiLexer().get_tokens("TRUE\n"))
    assert found[Keyword.Constant] == "TRUE"
    assert dict(MultiLexer().get_tokens("%%julia\n2\n"))[Number.Integer] == "2"


def test_a_copy_of_a_text_is_itself() -> None:
    from copy import deepcopy

    text = CellText("x", READER, "r")
    assert deepcopy([text])[0] is text


@pytest.mark.parametrize(
    ("language", "name"), [("python", "ipython3"), ("r", "r"), ("octave", "octave"), ("klingon", "text"), ("", "text")]
)
def test_each_language_has_the_lexer_that_pygments_has_for_it(language: str, name: str) -> None:
    assert lexer_name(language) == name


def test_the_kernel_imports_nothing_of_this() -> None:
    code = "import sys, multikernel.app, multikernel.serve; print(*sys.modules)"
    said = run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path("/"))
    names = set(said.stdout.split())
    assert "multikernel.serve" in names
    assert not {"pygments", "nbconvert", "nbformat", "multikernel.exports"} & names
