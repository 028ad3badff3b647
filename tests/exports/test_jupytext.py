"""jupytext: a notebook that Multi has saved, as a text and back, and as a text again."""

import jupytext
import pytest

from .notebooks import notebook

CELLS = [
    "x = 1",
    "%%r -i x\nx",
    "%%R\nx",
    "%%use r",
    "x <- 2\n\nx",
    "%%bash\nls",
    "%%parts\n%%r\n1\n%%bash\n2",
    "%time 1",
]


@pytest.mark.parametrize("form", ["py:percent", "md"])
def test_the_text_is_the_same_after_a_round_trip(form: str) -> None:
    saved = notebook(*CELLS, name="python", pygments_lexer="multikernel", file_extension=".py")
    text = jupytext.writes(saved, form)
    back = jupytext.reads(text, form)
    assert [cell.source for cell in back.cells] == CELLS
    assert jupytext.writes(back, form) == text
    assert "multikernel" not in text
