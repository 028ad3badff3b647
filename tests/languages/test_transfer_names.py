"""Names of variables: those that can never be copied are known before a cell runs, and lists of them."""

import pytest

from multikernel.core.cells.transfers import Transfer
from multikernel.core.errors import TransferError
from multikernel.core.services import Variable
from multikernel.languages.transfer import check
from multikernel.languages.variables import list_variables

from .test_transfer import TASK, Fake, Services, services, use

__all__ = ["services"]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "possible"), [("a-b", "a_b"), ("a.b", "a_b"), ("class", "class_"), ("5", "x5"), ("Ü!", "x")]
)
async def test_what_cannot_be_a_variable_is_known_before_it_is_copied(
    services: Services, monkeypatch: pytest.MonkeyPatch, name: str, possible: str
) -> None:
    use(monkeypatch, Fake())
    with pytest.raises(TransferError, match=rf", so it cannot be .* as in {possible}=x\.$"):
        await check(services, [TASK, Transfer("source", "x", "target", name)])
    await check(services, [Transfer("source", "x", "target", possible)])
    assert not services.answers


async def test_the_list_of_variables_tells_how_many_more_there_are(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Fake())
    assert list(await list_variables(services, "source")) == [
        Variable("missin", "int", "", None),
        Variable("x", "int", "", 8),
        Variable("...", "3 more", "", None),
    ]
