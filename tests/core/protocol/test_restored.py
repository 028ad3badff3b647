"""Header lines are put back where a child shows them, or sends them nowhere."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.protocol.restored import with_header_lines, with_next_input

from ..lines import make_message

TYPED = {"##python -i r:x": "%%python -i r:x", "##use r": "%%use r", "## y": "// y"}


def lines(*entries: object) -> Any:
    """Return the traceback of an error as the notebook gets it."""
    return with_header_lines(make_message("1", "error", {"ename": "E", "traceback": [*entries]}), TYPED).content()[
        "traceback"
    ]


@pytest.mark.parametrize(
    "text",
    [
        # IPython 9.
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[1]\x1b[39m\x1b[32m, line 3\x1b[39m\n\x1b[32m      1\x1b[39m "
        "\x1b[38;5;66;03m{}\x1b[39;00m\n\x1b[32m      2\x1b[39m x=\x1b[32m1\x1b[39m\n",
        # IPython 7.
        "\x1b[0;32m<ipython-input-2>\x1b[0m in \x1b[0;36m<module>\x1b[0;34m\x1b[0m\n\x1b[0;32m      1\x1b[0m "
        "\x1b[0;31m{}\x1b[0m\x1b[0;34m\x1b[0m\x1b[0;34m\x1b[0m\x1b[0m\n\x1b[0;32m----> 2\x1b[0m 1",
        # Without colours.
        "Cell In[1], line 12\n     10 {}\n     11 \n---> 12 1/0",
        "---> 1 {}",
        # R 4.2.
        "Error in parse(text = x, srcfile = src): <text>:2:6: unexpected symbol\n1: {}\n2: this is\n        ^\n",
        "     1 {}  \n",
    ],
)
def test_a_header_line_in_a_traceback_is_as_it_was_typed(text: str) -> None:
    for comment, typed in TYPED.items():
        assert lines("---", text.format(comment), "E: x") == ["---", text.format(typed), "E: x"]


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: ##use r",
        "ValueError: 1##use r",
        "      1 ##use rx",
        "      1 ##use r x",
        "      1 print('##use r')",
        "      1 x ##use r",
        "##use r",
    ],
)
def test_what_is_no_line_of_the_cell_stays(text: str) -> None:
    assert lines(text) == [text]


def test_what_an_error_says_of_the_cell_is_as_it_was_typed_too() -> None:
    error = {"ename": "ERROR", "evalue": "<text>:2:6: no\n1: ##use r\n2: x", "traceback": ["1: ##use r"]}
    assert with_header_lines(make_message("1", "error", error), TYPED).content() == {
        "ename": "ERROR",
        "evalue": "<text>:2:6: no\n1: %%use r\n2: x",
        "traceback": ["1: %%use r"],
    }


@pytest.mark.parametrize("content", [{}, {"traceback": None}, {"traceback": [1, None, "1 ##other"]}, {"status": "ok"}])
def test_a_message_in_which_nothing_is_to_be_put_back_stays_the_same(content: object) -> None:
    message = make_message("1", "execute_reply", content)
    assert with_header_lines(message, TYPED) is message
    assert with_header_lines(message, {}) is message


@given(st.lists(st.text(st.sampled_from("1 #use r\n\x1b[0m%->"))))
def test_nothing_moves(entries: list[str]) -> None:
    assert [len(entry) for entry in lines(*entries)] == [len(entry) for entry in entries]


def next_inputs(*payload: object) -> Any:
    message = make_message("1", "execute_reply", {"status": "ok", "payload": [*payload]})
    changed = with_next_input(message, "%%use r\n%%r -i x\n", "", "%%r\n", lambda text: text.startswith("%%"))
    return changed.content()["payload"]


def test_a_cell_that_is_replaced_keeps_all_above_its_body_and_a_new_one_gets_its_header() -> None:
    loaded = {"source": "set_next_input", "text": "# %load f.py\nx", "replace": True}
    new = {"source": "set_next_input", "text": "y", "replace": False}
    page = {"source": "page", "data": {"text/plain": "z"}, "start": 0}
    assert next_inputs(loaded, page, new) == [
        {**loaded, "text": "%%use r\n%%r -i x\n# %load f.py\nx"},
        page,
        {**new, "text": "%%r\ny"},
    ]


@pytest.mark.parametrize(
    "payload",
    [
        [],
        None,
        [{"source": "set_next_input", "text": "%%bash\nls", "replace": True}, 1, {"source": "page", "text": "x"}],
        [{"source": "set_next_input", "text": None}, {"source": "set_next_input"}],
    ],
)
def test_a_reply_without_a_next_input_that_has_no_header_of_its_own_stays_the_same(payload: object) -> None:
    message = make_message("1", "execute_reply", {"status": "ok", "payload": payload})
    assert with_next_input(message, "%%r\n", "", "%%r\n", lambda text: text.startswith("%%")) is message
