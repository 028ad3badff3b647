"""A kernel that somebody else started is asked once whether it sees this machine's files, and notices nothing of it."""

from pathlib import Path

import pytest

from multikernel.core.cells.transfers import Transfer
from multikernel.core.errors import TransferError
from multikernel.languages.shared_files import make_sure
from multikernel.languages.transfer import check, copy_all
from multikernel.languages.variables import list_variables

from .test_transfer import Fake, Services, use

TASK = Transfer("source", "x", "target", "y")


class Elsewhere(Services):
    """Children that see other files."""

    sees: tuple[str, ...] = ()

    async def run_silently(self, backend: str, code: str) -> str:
        """Write an answer that is found here, or not."""
        if backend in self.sees:
            return await super().run_silently(backend, code)
        self.answers.append({"of": backend})
        return "FileNotFoundError: there is no such folder"


@pytest.mark.anyio
async def test_values_are_refused_where_files_are_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services, adapter = Elsewhere(tmp_path / "values"), Fake()
    services.sees = ("source",)
    services.shares = dict.fromkeys(("source", "target"))
    use(monkeypatch, adapter)
    for action in (copy_all, check):
        with pytest.raises(TransferError, match=r"^target shares no files with this machine, so its variables cannot"):
            await action(services, [TASK])
    with pytest.raises(TransferError, match="target shares no files"):
        await list_variables(services, "target")
    assert services.answers.count({"of": "target"}) == 2, "it is asked once: the code, and once more after the library"
    assert len(await list_variables(services, "source")) == 3
    assert services.shares == {"source": True, "target": False}
    assert not list(services.folder.glob("*"))


@pytest.mark.anyio
async def test_one_that_has_answered_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services, adapter = Services(tmp_path / "values"), Fake()
    services.shares["source"] = None
    use(monkeypatch, adapter)
    for _ in range(2):
        await make_sure(services, "source", adapter)
    assert len(services.answers) == 1
