"""Many texts cross between Python and R in parts, with data.table's help and without, and are the same."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multikernel.core.errors import TransferError

from ..e2e.lacking import lacking
from .kernels import Kernels

EXAMPLES = 15
SETTINGS = ["TEXT_BYTES", "AT_ONCE_BYTES", "can_fwrite"]
AWKWARD = ["", " x ", "NA", "a\nb", "\r", "\r\n", '"q"', "a,b", "\ufeff", "ü", "😀", "\x01\x02", "\x1a", "y" * 100]
EVERY_CODE = "".join(map(chr, range(1, 32)))
texts = st.lists(st.none() | st.sampled_from([*AWKWARD, EVERY_CODE]) | st.text(st.characters(exclude_characters="\0")))


@pytest.fixture(scope="module", params=[False, True], ids=["base", "data.table"])
def in_parts(request: pytest.FixtureRequest, kernels: Kernels) -> Iterator[Kernels]:
    """Return kernels whose R reads and writes a few bytes at a time, and puts what it was back."""
    if request.param:
        has = kernels.execute("r", "cat(requireNamespace('data.table', quietly = TRUE))")
        if "TRUE" not in str(has):
            lacking("R's package data.table")
    kernels.execute("python", "import pandas as pd; x = 1")
    kernels.copy("python", "x", "r")
    small = "; ".join(f"library$found${name} <- library${name}" for name in SETTINGS)
    kernels.execute(
        "r",
        f"library <- getOption('multikernel'); library$found <- list(); {small}\n"
        "library$TEXT_BYTES <- 16; library$AT_ONCE_BYTES <- 64\n"
        f"library$can_fwrite <- function(count) {str(request.param).upper()}",
    )
    yield kernels
    kernels.execute("r", "list2env(library$found, library); rm(library)")


def test_there_and_back(in_parts: Kernels) -> None:
    @settings(max_examples=EXAMPLES)
    @given(texts)
    def cross(values: list[str | None]) -> None:
        in_parts.execute("python", f"x = pd.DataFrame({{'text': pd.array({values!r}, dtype='str')}})")
        in_parts.copy_there_and_back("python", "x", "r", "y")
        in_parts.execute("python", "assert x.equals(y) and list(x.dtypes) == list(y.dtypes), (x, y)")

    cross()


def test_from_r_and_back(in_parts: Kernels) -> None:
    literals = ", ".join(json.dumps(text) for text in AWKWARD if "\x1a" not in text)
    latin1 = 'iconv("b\\u00e4", "UTF-8", "latin1")'
    in_parts.execute("r", f"x <- data.frame(text = c({literals}, NA, '', {latin1}, 'last', NA, ''))")
    in_parts.copy_there_and_back("r", "x", "python", "y")
    in_parts.execute("r", "stopifnot(identical(x, y))")
    in_parts.execute("r", "x$text[3] <- '\\xe4'; Encoding(x$text) <- 'bytes'")
    with pytest.raises(TransferError, match="has bytes that are not UTF-8"):
        in_parts.copy("r", "x", "python", "y")
