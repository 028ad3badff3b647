"""The beginning of `make soak`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from .soak import open_soak

MESSAGES = 20_000


@pytest.mark.long
def test_nothing_is_lost_doubled_or_elsewhere(need: Callable[..., None], tmp_path: Path) -> None:
    need("ir", "bash")
    with open_soak(tmp_path) as soak:
        while soak.messages < MESSAGES:
            soak.round()
        assert soak.late
