"""How a kernel elsewhere is interrupted: as its kernelspec there says, unless the config says otherwise."""

import json
import signal
from typing import Any, Literal, cast

import pytest

from multikernel.core.config import BackendConfig
from multikernel.core.places import RunPlace
from multikernel.core.protocol.wire import Composer
from multikernel.runtime.backend.links.pipe.agent.stream import CHANNELS, WORD
from multikernel.runtime.backend.links.pipe.link import PipeLink
from multikernel.runtime.backend.output import Output

pytestmark = pytest.mark.anyio


class Site:
    """A place that nothing is asked of."""

    place = RunPlace("box", ("env",))
    transport, is_prompt = "env", False


class Front:
    """What a link needs of it."""

    composer = Composer("s", lambda: "")
    value_folders = ()


@pytest.mark.parametrize(
    ("there", "configured", "number", "expected"),
    [
        ("signal", None, signal.SIGINT, {"signal": 2}),
        ("message", None, signal.SIGINT, "interrupt_request"),
        ("message", "signal", signal.SIGINT, {"signal": 2}),
        ("message", None, signal.SIGTERM, {"signal": 15}),
    ],
)
async def test_sigint_is_what_the_kernel_understands(
    there: str, configured: Literal["signal"] | None, number: int, expected: object
) -> None:
    sent: list[tuple[int, list[bytes]]] = []

    def note(kind: int, frames: list[Any]) -> None:
        sent.append((kind, list(frames)))

    config = BackendConfig("big", "k", interrupt=configured)
    link = PipeLink(config, cast(Any, Site()), Output(), cast(Any, Front()))
    link._stream.send = note  # type: ignore[assignment,method-assign]
    link.interrupt_mode = there
    await link.signal(number)
    [(kind, frames)] = sent
    if kind == WORD:
        assert json.loads(frames[0]) == expected
    else:
        assert CHANNELS[kind] == "control"
        assert json.loads(frames[-4])["msg_type"] == expected
