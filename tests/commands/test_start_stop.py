"""%%start, %%stop, %%restart, %%interrupt ask the runtime for the backends that they name, and no others."""

import pytest

from multikernel.core.errors import BackendNotFound, HeaderError

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
