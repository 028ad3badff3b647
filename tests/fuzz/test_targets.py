"""Each target under hypothesis: bytes that it can shrink, and long ones that go further."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .targets import TARGETS

CASES = st.binary(max_size=60) | st.integers(0, 2**32 - 1).map(lambda seed: Random(seed).randbytes(400))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=300, deadline=timedelta(seconds=20))
@given(case=CASES)
def test_nothing_breaks_and_nothing_hangs(name: str, case: bytes) -> None:
    TARGETS[name].check(case)
