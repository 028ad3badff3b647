"""One grammar: what the extension makes of a cell is what the kernel does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.lacking import lacking

from .grammars import Extension, Json, describe, names_of, open_extension

TABLE = json.loads((Path(__file__).parent / "cases.json").read_text())
VOCABULARY: Json = TABLE["vocabulary"]
NAMES = names_of(VOCABULARY)

HEADERS = """\
%%python %%R %%Typescript %%py %%sql %%worker %%worker[1] %%worker[7] %%w %%python,r %%r,Sh %%r,%%odd %%duck,lite %%use
%%parts %%wait %%start %%help %%time %%capture %%nothing""".split()  # noqa: SIM905
HEADERS += ["%%use r", "%%parts\n%%r", "%%parts\n%%r\n1\n%%w --bg"]
WORDS = """\
python r sql worker worker[0] df -i -o -i -o --input=x --scatter --gather --gather=y --bg & --now -w -u -r=3 5 .5 in x
x,y ,y new=df r:df python:a=b worker[2]:b a:b:c a=b=c # #c // -- ;; x=1 == \" é 𝄞""".split()  # noqa: SIM905
SPACES = (" ", " ", " ", "", "  ", "\t", "\x0c", "\x1c", "\x85", "\xa0", "\ufeff", "\u2028", "\r")
REST = st.lists(st.tuples(st.sampled_from(SPACES), st.sampled_from(WORDS)), max_size=6).map(
    lambda pairs: "".join(map("".join, pairs))
)
LINES = st.builds(str.__add__, st.sampled_from(HEADERS), REST) | REST
TEXTS = st.lists(LINES, max_size=6).map("\n".join)


@pytest.fixture(scope="module")
def extension() -> Iterator[Extension]:
    try:
        with open_extension() as opened:
            yield opened
    except FileNotFoundError as error:
        lacking(str(error))


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: repr(case["code"]))
def test_the_kernel_reads_a_case_of_the_table_as_it_says(case: Json) -> None:
    assert describe(case["code"], NAMES) == case["cell"]


@given(code=TEXTS | st.text())
def test_both_read_a_text_in_the_same_way(extension: Extension, code: str) -> None:
    assert extension.describe(code, VOCABULARY) == describe(code, NAMES)
