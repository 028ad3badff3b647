"""What front-ends ask for is what commands do, with JSON for an answer."""

import pytest

from multikernel.commands.questions import QUESTIONS, answer
from multikernel.core.actions import FrontEndQuestion
from multikernel.core.errors import TransferError
from multikernel.core.features.panel.questions import ALL
from multikernel.core.services import Variable

from .fake_services import FakeServices

pytestmark = pytest.mark.anyio


def test_the_core_knows_what_can_be_asked() -> None:
    assert tuple(QUESTIONS) == ALL


@pytest.mark.parametrize(
    ("do", "asked"),
    [
        ("start", [("start", "ir", "bash")]),
        ("stop", [("stop", "ir", "bash")]),
        ("restart", [("stop", "ir", "bash"), ("start", "ir", "bash")]),
        ("interrupt", [("interrupt", "ir"), ("interrupt", "bash")]),
    ],
)
async def test_backends_are_steered_as_by_commands(
    services: FakeServices, do: str, asked: list[tuple[str, ...]]
) -> None:
    assert await answer(services, FrontEndQuestion(do, ("ir", "bash"))) == {}
    assert services.asked == asked


async def test_the_log_is_that_of_the_command(services: FakeServices) -> None:
    services.outputs["ir"] = ["Warning:", "  no"]
    assert await answer(services, FrontEndQuestion("log", ("ir",))) == {"text": await services.text("log ir")}


async def test_memory_is_that_of_the_table(services: FakeServices) -> None:
    assert await answer(services, FrontEndQuestion("memory", ("python3",))) == {"bytes": 54_400_000}
    assert await answer(services, FrontEndQuestion("memory", ("ir",))) == {"bytes": None}


async def test_variables_are_those_of_the_table(services: FakeServices) -> None:
    services.variables_of["python3"] = [Variable("df", "DataFrame", "3 x 2", 776), Variable("x", "C", "", None)]
    assert await answer(services, FrontEndQuestion("variables", ("python3",))) == {
        "variables": [
            {"name": "df", "type": "DataFrame", "shape": "3 x 2", "size": 776},
            {"name": "x", "type": "C", "shape": "", "size": None},
        ]
    }
    with pytest.raises(TransferError, match="ir has no adapter"):
        await answer(services, FrontEndQuestion("variables", ("ir",)))


async def test_a_preview_is_passed_on(services: FakeServices) -> None:
    shown = await answer(services, FrontEndQuestion("preview", ("python3",), "df"))
    assert shown == {"rows": [["python3", "df"]]}
