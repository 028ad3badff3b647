"""The front-end's comm: snapshots when something has changed, and what can be asked."""

from typing import Any

import pytest

from multikernel.core.actions import StartJob
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import BackendStartError
from multikernel.core.features.panel.panel import KEPT

from ..desk import Desk


def watched(*ready: str, **options: Any) -> Desk:
    desk = Desk(*ready, **options)
    desk.request("comm_open", comm_id="c", target_name="multikernel", data={})
    return desk


def ask(desk: Desk, **question: Any) -> list[str]:
    return desk.request("comm_msg", comm_id="c", data=question)


def told(desk: Desk) -> Any:
    return desk.last("comm_msg")["data"]


def states(desk: Desk) -> dict[str, str]:
    return {backend["name"]: backend["state"] for backend in told(desk)["backends"]}


def test_a_front_end_is_told_all_when_it_opens_the_comm() -> None:
    desk = Desk("ir")
    assert desk.request("comm_open", comm_id="c", target_name="multikernel") == [
        "iopub busy of 1",
        "iopub comm_msg of 1",
        "iopub idle of 1",
    ]
    snapshot = told(desk)
    assert snapshot["default"] == snapshot["configured"] == "python3"
    assert snapshot["error"] == snapshot["file"] == ""
    assert "use" in snapshot["commands"]
    assert snapshot["backends"][0] == {
        "name": "python3",
        "aliases": ["py"],
        "kernelspec": "python3",
        "language": "python",
        "mimetype": "text/x-python",
        "place": "",
        "group": None,
        "groupAliases": [],
        "state": "starting",
        "progress": "",
        "cells": 0,
    }
    assert states(desk) == {"python3": "starting", "ir": "ready", "bash": "stopped"}


def test_groups_and_what_is_wrong_with_the_config_are_told() -> None:
    config = Config(
        {"w[0]": BackendConfig("w[0]", "python3", group="w")}, "w[0]", groups={"w": Group("w", ("w[0]",), ("v",))}
    )
    desk = watched(config=config, config_error=BackendStartError("no"))
    assert told(desk)["error"] == "no"
    assert (told(desk)["backends"][0]["group"], told(desk)["backends"][0]["groupAliases"]) == ("w", ["v"])


def test_changes_are_told_together_after_a_pause() -> None:
    desk = watched("python3")
    assert ("panel", "") not in desk.timers
    desk.execute("1")
    desk.start("ir")
    assert desk.fire("panel", "") == ["iopub comm_msg of 1"]
    assert states(desk) == {"python3": "busy", "ir": "starting", "bash": "stopped"}
    desk.finish("python3", 2)
    desk.fire("panel", "")
    assert states(desk)["python3"] == "ready"
    desk.request("complete_request", code="x", cursor_pos=1)
    assert ("panel", "") not in desk.timers


def test_without_front_ends_nothing_is_told() -> None:
    desk = watched("python3")
    desk.request("comm_close", comm_id="c")
    desk.execute("1")
    assert ("panel", "") not in desk.timers


def test_front_ends_that_went_away_without_a_word_are_forgotten() -> None:
    desk = watched("python3")
    for number in range(KEPT):
        desk.request("comm_open", comm_id=str(number), target_name="multikernel")
    desk.execute("1")
    assert len(desk.fire("panel", "")) == KEPT
    ask(desk, id="q", do="log", backend="ir")
    sent = len(desk.front_messages("comm_msg"))
    desk.router.job_done(("panel", str(KEPT + 3)), {"text/plain": "x"})
    assert len(desk.front_messages("comm_msg")) == sent


@pytest.mark.parametrize("what", ["start", "stop", "restart", "interrupt", "log"])
def test_it_can_ask_for_what_commands_do(what: str) -> None:
    desk = watched()
    assert f"run %%{what} ir" in " ".join(ask(desk, id="q", do=what, backend="ir"))
    desk._take(desk.router.job_done(("panel", "2"), {"text/plain": "said"} if what == "log" else None))
    assert told(desk) == {"id": "q", "ok": True, "text": "said" if what == "log" else ""}


def test_an_error_is_told_in_its_words() -> None:
    desk = watched()
    ask(desk, id="q", do="start", backend="ir")
    desk._take(desk.router.job_done(("panel", "2"), BackendStartError("ir does not start")))
    assert told(desk) == {"id": "q", "error": "ir does not start"}


@pytest.mark.parametrize(
    ("what", "text", "outcome", "answer"),
    [
        ("variables", "The list of python3's variables", [{"name": "x"}], {"variables": [{"name": "x"}]}),
        ("memory", "The memory of python3", 5, {"bytes": 5}),
    ],
)
def test_it_can_ask_about_a_backend(what: str, text: str, outcome: object, answer: dict[str, object]) -> None:
    desk = watched("python3")
    ask(desk, id="q", do=what, backend="python3")
    assert [action.job.text for action in desk.actions if isinstance(action, StartJob)] == [text]
    desk._take(desk.router.job_done(("panel", "2"), outcome))
    assert told(desk) == {"id": "q", "ok": True, **answer}


def test_variables_are_never_asked_for_behind_a_cell() -> None:
    desk = watched("python3")
    desk.execute("1")
    for backend in ("python3", "bash"):
        ask(desk, id="q", do="variables", backend=backend)
        assert told(desk) == {"id": "q", "error": "busy"}


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"do": "start", "backend": "perl"}, "There is no backend 'perl'."),
        ({"do": "print(1)", "backend": "ir"}, "'print(1)' cannot be asked."),
    ],
)
def test_what_cannot_be_asked_is_refused(question: dict[str, str], error: str) -> None:
    desk = watched()
    ask(desk, id="q", **question)
    assert told(desk) == {"id": "q", "error": error}


@pytest.mark.parametrize("data", [None, {"id": 1}, []])
def test_what_is_no_question_is_ignored(data: object) -> None:
    desk = watched()
    assert desk.request("comm_msg", comm_id="c", data=data) == ["iopub busy of 2", "iopub idle of 2"]
