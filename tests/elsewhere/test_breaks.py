"""A thousand breaks."""

from pathlib import Path

import pytest

from tests.runtime.backend.pipe.breaks import check_breaks
from tests.runtime.backend.pipe.far import install_toy


@pytest.mark.anyio
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
async def test_250_breaks(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_toy(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    await check_breaks(250, seed)
