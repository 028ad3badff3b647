"""%%start, %%stop, %%restart, %%interrupt ask the runtime for the backends that they name, and no others."""

import pytest

from multikernel.core.config import BackendConfig, Config
from multikernel.core.errors import BackendError, BackendNotFound, HeaderError
from multikernel.core.places import AttachedPlace

from .fake_services import FakeServices

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("start ir bash", [("start", "ir", "bash")]),
        ("start R Py python3", [("start", "ir", "python3")]),
        ("stop bash", [("stop", "bash")]),
        ("restart r bash", [("stop", "ir", "bash"), ("start", "ir", "bash")]),
        ("interrupt py bash", [("interrupt", "python3"), ("interrupt", "bash")]),
    ],
)
async def test_each_backend_is_asked_for_once(services: FakeServices, line: str, asked: list[tuple[str, ...]]) -> None:
    assert await services.run(line) is None
    assert services.asked == asked


@pytest.mark.parametrize("command", ["start", "stop", "restart", "interrupt", "log"])
async def test_a_name_is_needed(services: FakeServices, command: str) -> None:
    with pytest.raises(HeaderError, match=f"%%{command} needs the name of a backend, for example %%{command} python3"):
        await services.run(command)
    assert services.asked == []


@pytest.mark.parametrize("command", ["start", "stop", "restart", "interrupt", "log"])
async def test_one_wrong_name_and_nothing_happens(services: FakeServices, command: str) -> None:
    with pytest.raises(BackendNotFound, match=r"no backend 'ruby'.*there are bash, ir, python3"):
        await services.run(f"{command} ir ruby")
    assert services.asked == []


def with_mine() -> FakeServices:
    """Return services with `mine`, which is attached, and python3."""
    mine = BackendConfig("mine", "", place=AttachedPlace("own", "/k.json"))
    return FakeServices(Config({"python3": BackendConfig("python3", "python3"), "mine": mine}, "python3"))


async def test_an_attached_one_is_detached_by_stop() -> None:
    services = with_mine()
    services.router.start("mine")
    assert await services.run("stop python3 mine") == {"text/plain": "mine is detached; its kernel goes on."}
    assert services.asked == [("stop", "python3", "mine")]


async def test_one_that_is_not_attached_now_is_not_said_to_be_detached() -> None:
    assert await with_mine().run("stop mine") is None


async def test_an_attached_one_is_not_restarted_nor_any_other_named_with_it() -> None:
    services = with_mine()
    with pytest.raises(BackendError, match=r"mine is attached to a kernel .* only its owner can restart it"):
        await services.run("restart python3 mine")
    assert services.asked == []
