"""%%use, %%backends, %%log and %%help."""

from dataclasses import replace

import pytest

from multikernel.commands import TABLE, command_help
from multikernel.core.errors import BackendNotFound, HeaderError
from multikernel.core.places import Place, RunPlace, SshPlace
from multikernel.core.services import Connection, Process

from ..core.desk import KERNEL_INFO, configured
from .fake_services import FakeServices

pytestmark = pytest.mark.anyio


async def test_use_alone_shows_the_default(services: FakeServices) -> None:
    assert await services.run("use") == {"text/plain": "The default is python3."}
    services.state.default = "ir"
    assert await services.run("use") == {"text/plain": "The default is ir."}


async def test_use_with_a_name_shows_nothing_and_changes_nothing_yet(services: FakeServices) -> None:
    assert await services.run("use ir") is None
    assert services.state.default == "python3"


async def test_backends_are_a_table(services: FakeServices) -> None:
    services.state.backends["python3"].cells_run = 12
    first, *rows, caption, _ = (await services.text("backends")).splitlines()
    assert first.split() == ["backend", "aliases", "kernelspec", "language", "state", "pid", "memory", "cells"]
    assert [row.split() for row in rows] == [
        ["python3", "*", "py", "python3", "python", "ready", "4711", "54", "MB", "12"],
        ["ir", "ir", "r", "stopped", "0"],
        ["bash", "bash", "bash", "stopped", "0"],
    ]
    assert {row.index(" ready") if "ready" in row else row.index(" stopped") for row in rows} == {first.index(" state")}
    assert caption.startswith("* default; no multikernel.yaml: every installed kernelspec is a backend")


async def test_backends_show_which_magics_they_hide(services: FakeServices) -> None:
    caption = (await services.text("backends")).splitlines()[-1]
    assert caption == (
        "These backends hide magics of python3 with the same name: %%bash, %%python, %%python3. To run the magic, put "
        "%%python3 on the line above it."
    )
    services.state.default = "ir"
    assert "hide" not in await services.text("backends")


async def test_the_table_is_also_html_with_the_config_escaped() -> None:
    config = configured("python3", "ir", aliases={"ir": ("<b>",)})
    services = FakeServices(replace(config, file="/a&b/multikernel.yaml"), {})
    shown = await services.run("backends")
    assert shown is not None
    page = shown["text/html"]
    assert page.count("<tr>") == 3
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert "/a&amp;b/multikernel.yaml" in page
    assert "<td style='text-align: right'>4711</td>" in page


async def test_backends_elsewhere_are_shown_with_their_place_and_since_when_they_are_lost() -> None:
    config = configured("python3", "ir", "bash")
    places: dict[str, Place] = {"ir": SshPlace("gpu1", "me@gpu1"), "bash": RunPlace("queue", ("srun",))}
    backends = {name: replace(backend, place=places.get(name)) for name, backend in config.backends.items()}
    services = FakeServices(replace(config, backends=backends))
    for name in ("ir", "bash"):
        services.router.start(name)
        services.router.ready(name, KERNEL_INFO[name])
    local = dict(await services.processes())
    services.processes = lambda: _given({"python3": local["python3"]})  # type: ignore[method-assign]
    services.connections = {
        "python3": Connection("", None),
        "ir": Connection("gpu1:99", 40.4),
        "bash": Connection("node17:7", None),
    }
    first, *rows, _ = (await services.text("backends")).splitlines()[:-1]
    assert first.split()[4:6] == ["place", "state"]
    assert [row.split() for row in rows] == [
        ["python3", "*", "python3", "python", "ready", "4711", "54", "MB", "0"],
        ["ir", "ir", "r", "gpu1", "lost", "40", "s", "99", "0"],
        ["bash", "bash", "bash", "queue", "(node17)", "ready", "7", "0"],
    ]
    for seconds, text in ((99.4, "99 s"), (100, "2 min"), (5990, "100 min"), (7300, "2 h")):
        services.connections["ir"] = Connection("gpu1:99", seconds)
        assert f"lost {text} " in await services.text("backends")


async def _given(processes: dict[str, Process]) -> dict[str, Process]:
    return processes


async def test_backends_takes_no_names(services: FakeServices) -> None:
    with pytest.raises(HeaderError, match="takes no arguments"):
        await services.run("backends ir")


async def test_the_log_is_what_a_process_wrote(services: FakeServices) -> None:
    services.outputs["ir"] = ["Warning:", "  no"]
    assert await services.text("log R") == "Warning:\n  no"
    assert await services.text("log bash") == "bash has written nothing to stdout or stderr."
    with pytest.raises(HeaderError, match="one backend, not 2"):
        await services.run("log ir bash")


async def test_help_shows_every_command(services: FakeServices) -> None:
    text = await services.text("help")
    for command in TABLE.values():
        assert command.usage in text
        assert command.summary in text
    assert "Backends: python3 (py, python), ir (r), bash." in text
    assert "on the default backend, python3." in text
    assert "--now" in text


@pytest.mark.parametrize("name", TABLE)
async def test_help_explains_each_command(services: FakeServices, name: str) -> None:
    text = await services.text(f"help {name}")
    assert text == await services.text(f"help %%{name.upper()}") == command_help()[name]
    assert text.startswith(f"%%{name}")


async def test_help_explains_a_backend(services: FakeServices) -> None:
    assert (await services.text("help R")).split(maxsplit=1) == ["%%r", "run this cell on ir, kernelspec ir"]


async def test_help_refuses_an_unknown_name_and_two_names(services: FakeServices) -> None:
    with pytest.raises(BackendNotFound, match="no backend 'ruby'"):
        await services.run("help ruby")
    with pytest.raises(HeaderError, match="takes one name, not 2"):
        await services.run("help ir bash")


async def test_variables_of_what_cannot_be_reached_are_not_waited_for(services: FakeServices) -> None:
    services.router.lost("python3", "the network is down")
    assert "python3 cannot be reached now (the network is down)." in await services.text("vars")
