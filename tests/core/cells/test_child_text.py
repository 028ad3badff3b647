"""What a child gets has the lines and the cursors of the cell; where the header is cut, cursors are mapped."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from multikernel.core.cells.child_text import child_text
from multikernel.core.kernels.table import BY_IMPLEMENTATION, DEFAULTS, KernelProfile

from .grammar import BASH, CUT, HASH, IPYTHON, SLASHES, parsed


@pytest.mark.parametrize("code", ["", "1", "\n\n1\n", "%%time\n1", "# x\n%%time", "%%\n", "a\r\nb", "😀\n%r", "    x"])
def test_without_a_header_line_a_child_gets_the_text_untouched(code: str) -> None:
    for profile in (HASH, CUT, DEFAULTS, IPYTHON):
        assert (child_text(parsed(code), profile).text, child_text(parsed(code), profile).shift) == (code, 0)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("%%r\n1", "##r\n1"),
        ("\n\n%%r\n\n1", "\n\n##r\n\n1"),
        ("%%use r\n\n1", "##use r\n\n1"),
        ("%%start bash\n%%use r\n%%py\n1\n%%r", "##start bash\n##use r\n##py\n1\n%%r"),
        ("%%r\r\n1", "##r\r\n1"),
        ("%%r", "##r"),
        ("%%r # it's\n1", "##r # it's\n1"),
        ("%%r\n%time\n1", "%time\n1"),
        ("%%r\n  %time\n1", "  %time\n1"),
        ("%%r\n\n \n%%bash\n1", "%%bash\n1"),
        ("%%r\n!ls", "!ls"),
        ("# x\n%%r\n?sum", "?sum"),
        ("%%use r\n%%py\n!ls", "!ls"),
        ("%%r\n1\n!ls", "##r\n1\n!ls"),
        ("# x\n%%backends\n\n#| y\n%%r\n1", "# x\n##backends\n\n#| y\n##r\n1"),
        ("// x\n--| y\n%%r\n// 1", "## x\n##| y\n##r\n// 1"),
        ("  # x\n%%r\n1", "### x\n##r\n1"),
        ("%%r # C:\\\n1", "1"),
    ],
)
def test_lines_above_the_body_stay_as_comments_unless_the_body_has_to_come_first(code: str, text: str) -> None:
    assert child_text(parsed(code), HASH).text == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("# x\n%%js\n1", "//x\n//js\n1"),
        ("#\n%%js\n1", " \n//js\n1"),
        ("#\r\n%%js\n1", " \r\n//js\n1"),
        ("#x\n%%js\n1", "//\n//js\n1"),
        (" #\n%%js\n1", "//\n//js\n1"),
        ("// x\n\n;; y\n%%js\n# 1", "// x\n\n// y\n//js\n# 1"),
    ],
)
def test_a_comment_of_another_language_becomes_one_of_the_body_s(code: str, text: str) -> None:
    assert child_text(parsed(code), SLASHES).text == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("%%bash\nls", "ls"),
        ("\n%%bash\n\n\nls\n", "ls\n"),
        ("# x\n%%use bash\n# y\nls", "# y\nls"),
        ("%%bash", ""),
        ("%%bash\n", ""),
    ],
)
def test_all_above_the_body_is_cut_where_there_is_no_comment_for_it(code: str, text: str) -> None:
    for profile in (CUT, BASH):
        cut = child_text(parsed(code), profile)
        assert (cut.text, code[cut.shift :], cut.typed) == (text, text, {})


@pytest.mark.parametrize("profile", [IPYTHON, BY_IMPLEMENTATION["xeus-python"]])
@pytest.mark.parametrize(
    ("code", "text", "shift"),
    [
        ("%%py\nexit", "exit", 5),
        ("%%py\n\n%autocall 1\n", "%autocall 1\n", 6),
        ("%%py\nf 1\n\n", "##py\nf 1\n\n", 0),
        ("%%py\nx = 1\nx", "##py\nx = 1\nx", 0),
        ("%%py\n    x = 1\n    x", "    ##py\n    x = 1\n    x", -4),
        ("\n%%use py\n\n\tx\n\ty", "\n\t##use py\n\n\tx\n\ty", -1),
        ("  # a\n%%py\n  x\n  y", "  ### a\n  ##py\n  x\n  y", -4),
        ("%%py\n    %%time\n    x", "    %%time\n    x", 5),
    ],
)
def test_ipython_gets_a_comment_with_the_body_s_indent_and_a_line_of_its_own_for_itself(
    profile: KernelProfile, code: str, text: str, shift: int
) -> None:
    found = child_text(parsed(code), profile)
    assert (found.text, found.shift) == (text, shift)
    assert found.to_child(len(code)) == len(text)


def test_what_became_a_comment_is_known() -> None:
    assert child_text(parsed("# a\n// b\n\n%%use r \n%%py -i ir:x\r\nx\ny"), IPYTHON).typed == {
        "## b": "// b",
        "##use r": "%%use r",
        "##py -i ir:x": "%%py -i ir:x",
    }


HEADERS = st.lists(
    st.sampled_from(["", " ", "%%backends", "%%use r", "%%start bash", "# x", "#", "// y", "\t--"]), max_size=4
).map(lambda lines: "".join(f"{line}\n" for line in [*lines, "%%r"]))
TEXT = st.text(st.sampled_from("ab \n\r\t%!?#é\u0301😀👨\u200d👩\u2028\ud800"), max_size=12)


@given(HEADERS, TEXT, st.sampled_from([HASH, CUT, SLASHES, IPYTHON]), st.data())
def test_a_cursor_in_the_body_is_before_the_same_text_in_the_child(
    headers: str, body: str, profile: KernelProfile, data: st.DataObject
) -> None:
    cell = parsed(headers + body)
    text = child_text(cell, profile)
    position = data.draw(st.integers(max(cell.body_start, text.shift), len(cell.code)))
    assert text.text[text.to_child(position) :] == cell.code[position:]
    assert text.to_child(position) + text.shift == position


@given(HEADERS, TEXT, st.sampled_from([HASH, SLASHES, IPYTHON]))
def test_a_header_that_stays_moves_no_line_and_but_for_an_indent_no_cursor(
    headers: str, body: str, profile: KernelProfile
) -> None:
    cell = parsed(headers + body)
    text = child_text(cell, profile)
    assume(text.shift <= 0)
    assert (len(text.text), text.text.count("\n")) == (len(cell.code) - text.shift, cell.code.count("\n"))
    above = text.text[: cell.body_start - text.shift].splitlines()
    assert all(not line.strip() or line.lstrip().startswith(profile.line_comment[0]) for line in above)
    assert all(0 < len(comment) == len(typed) for comment, typed in text.typed.items())


def test_a_cursor_above_a_cut_is_at_the_beginning() -> None:
    assert child_text(parsed("%%bash\nls"), CUT).to_child(3) == 0


BODY = st.lists(st.sampled_from(["x = 1", "    y", "  if x:", "", "  ", "%time x", "!ls", "\tz", "#", "'''"])).map(
    "\n".join
)


def transformed(code: str) -> str:
    """Return the Python that IPython makes of a cell."""
    try:
        return str(TransformerManager().transform_cell(code)).strip()  # type: ignore[no-untyped-call]
    except SyntaxError as error:
        return repr(error.msg)


@given(HEADERS, BODY)
def test_ipython_makes_of_a_body_below_a_header_what_it_makes_of_the_body_alone(headers: str, body: str) -> None:
    text = child_text(parsed(headers + body), IPYTHON).text
    below = transformed(text).rpartition("##r")[2].strip()
    assert below == transformed(body)


def without_indent(code: str) -> str:
    """Return a cell as IPython 7 takes its indent off: that of the first line that is not blank."""
    lines = code.splitlines(keepends=True)
    while lines and lines[0].isspace():
        del lines[0]
    indent = re.match(r"[ \t]*", "".join(lines[:1]))[0]  # type: ignore[index]
    return "".join(line.removeprefix(indent) for line in lines)


@given(HEADERS, BODY)
def test_older_ipythons_do_too(headers: str, body: str) -> None:
    text = child_text(parsed(headers + body), IPYTHON).text
    assert without_indent(text).rpartition("##r")[2].strip() == without_indent(body).strip()


def test_a_cursor_in_a_cell_without_header_lines_does_not_move() -> None:
    assert child_text(parsed("x"), CUT).to_child(1) == 1
