"""Snapshots: everything at once, when something has changed, and no timer while nothing has."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from multikernel.core.actions import SetTimer
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import MultiError
from multikernel.core.places import SshPlace

from ...desk import Desk, configured
from .watching import backend, look, open_comm, sent, snapshot

NOW = 1767225600.0


def watched(*ready: str) -> Desk:
    """Return a desk with one front-end that watches, and nothing more to be told."""
    desk = Desk(*ready)
    open_comm(desk)
    look(desk)
    assert desk.timers == {}
    return desk


def test_the_first_snapshot_comes_with_the_open_comm() -> None:
    desk = Desk("python3")
    assert open_comm(desk) == ["iopub busy of 1", "iopub comm_msg of 1", "iopub idle of 1"]
    assert look(desk) == []
    assert desk.timers == {}
    said = snapshot(desk)
    assert {key: said[key] for key in said if key != "backends"} == {
        "version": 1,
        "default": "python3",
        "configured": "python3",
        "file": "",
        "error": "",
        "commands": ["use", "backends", "start", "stop", "restart", "interrupt", "wait", "help"],
        "transfers": [],
    }
    assert [each["name"] for each in said["backends"]] == ["python3", "ir", "bash"]
    assert backend(desk, "python3") == {
        "name": "python3",
        "aliases": ["py"],
        "group": None,
        "groupAliases": [],
        "kernelspec": "python3",
        "language": "python",
        "mimetype": "text/x-python",
        "place": "",
        "state": "ready",
        "since": NOW,
        "progress": "",
        "lost": "",
        "cell": None,
        "waiting": 0,
        "cells": 0,
    }


def test_a_backend_is_described_as_the_config_and_its_kernel_have_it() -> None:
    worker = BackendConfig("worker[0]", "ir", ("w0",), group="worker", place=SshPlace("gpu1", "me@gpu1"))
    groups = {"worker": Group("worker", ("worker[0]",), ("w",))}
    config = replace(Config({"worker[0]": worker}, "worker[0]", "/etc/multikernel.yaml"), groups=groups)
    desk = Desk(config=config)
    open_comm(desk)
    said = backend(desk, "worker[0]")
    assert snapshot(desk)["file"] == "/etc/multikernel.yaml"
    assert (said["group"], said["groupAliases"], said["place"]) == ("worker", ["w"], "gpu1")
    assert (said["state"], said["language"], said["mimetype"]) == ("starting", "r", "text/x-rsrc")
    desk.kernel_info["worker[0]"] = {"language_info": {"name": "R", "mimetype": "text/x-r-source"}}
    desk.ready("worker[0]")
    look(desk)
    assert backend(desk, "worker[0]")["mimetype"] == "text/x-r-source"


def test_one_that_never_ran_has_been_nothing_since() -> None:
    desk = watched()
    assert backend(desk, "ir")["since"] is None
    assert backend(desk, "ir")["state"] == "stopped"


def test_a_mistake_in_the_config_is_told_also_after_a_cell_has_reported_it() -> None:
    desk = Desk("python3", config_error=MultiError("multikernel.yaml:1:1: no"))
    desk.execute("1")
    open_comm(desk)
    assert snapshot(desk)["error"] == "multikernel.yaml:1:1: no"


CHANGES: list[tuple[str, Callable[[Desk], object], Callable[[Desk], object], object]] = [
    ("start", lambda desk: desk.start("ir"), lambda desk: backend(desk, "ir")["state"], "starting"),
    ("start since", lambda desk: desk.start("ir"), lambda desk: backend(desk, "ir")["since"], NOW),
    ("stop", lambda desk: desk.stop("python3"), lambda desk: backend(desk, "python3")["state"], "stopped"),
    ("death", lambda desk: desk.died("python3"), lambda desk: backend(desk, "python3")["state"], "stopped"),
    (
        "loss",
        lambda desk: desk._take(desk.router.lost("python3", "no route")),
        lambda desk: backend(desk, "python3")["lost"],
        "no route",
    ),
    (
        "cell",
        lambda desk: desk.execute("1"),
        lambda desk: backend(desk, "python3")["cell"],
        {"id": "2", "count": 1},
    ),
    (
        "silent cell",
        lambda desk: desk.execute("1", silent=True),
        lambda desk: backend(desk, "python3")["cell"],
        {"id": "2", "count": None},
    ),
    ("count", lambda desk: desk.execute("1"), lambda desk: backend(desk, "python3")["cells"], 1),
    ("since", lambda desk: desk.execute("1"), lambda desk: backend(desk, "python3")["since"], NOW),
    ("state", lambda desk: desk.execute("1"), lambda desk: backend(desk, "python3")["state"], "busy"),
    (
        "progress",
        lambda desk: [desk.start("ir"), desk._take(desk.router.progress("ir", "on its way"))],
        lambda desk: backend(desk, "ir")["progress"],
        "on its way",
    ),
]


@pytest.mark.parametrize(("change", "seen", "now"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_change_is_sent_after_100_ms(
    change: Callable[[Desk], object], seen: Callable[[Desk], object], now: object
) -> None:
    desk = watched("python3")
    before = len(sent(desk))
    change(desk)
    assert desk.timers[("panel", "")] == 0.1
    assert len(sent(desk)) == before
    assert look(desk) == ["iopub comm_msg of 1"]
    assert seen(desk) == now
    assert ("panel", "") not in desk.timers


def test_a_new_default_is_sent_and_one_that_is_back() -> None:
    desk = watched("python3", "ir")
    desk.execute("%%use ir")
    desk.command_done(2)
    look(desk)
    assert (snapshot(desk)["default"], snapshot(desk)["configured"]) == ("ir", "python3")
    desk._take(desk.router.lost("ir", "no route"))
    look(desk)
    desk._take(desk.router.back("ir"))
    look(desk)
    assert backend(desk, "ir")["lost"] == ""


def test_variables_on_their_way_are_sent() -> None:
    desk = watched("python3", "ir")
    desk.execute("%%ir -i x\n1")
    look(desk)
    transfer = {"text": "x from python3 to ir", "backends": ["python3", "ir"], "cell": "2"}
    assert snapshot(desk)["transfers"] == [{**transfer, "done": None, "total": None}]
    desk.carried(2, 5, 7)
    look(desk)
    assert snapshot(desk)["transfers"] == [{**transfer, "done": 5, "total": 7}]
    desk.command_done(2)
    look(desk)
    assert snapshot(desk)["transfers"] == []


def test_only_cells_make_a_backend_busy() -> None:
    desk = watched("python3")
    desk.request("complete_request", code="a", cursor_pos=1)
    desk.busy("python3", 2)
    assert look(desk) == []
    assert backend(desk, "python3")["state"] == "ready"


def test_many_changes_are_one_message_and_none_is_none() -> None:
    desk = watched("python3")
    before = len(sent(desk))
    desk.execute("1")
    desk.stream("python3", 2, "a")
    desk.finish("python3", 2)
    desk.start("ir")
    assert look(desk) == ["iopub comm_msg of 1"]
    desk.request("kernel_info_request")
    desk.request("comm_info_request")
    assert look(desk) == []
    assert len(sent(desk)) == before + 1
    assert desk.timers == {}


def test_changes_that_go_on_do_not_put_it_off() -> None:
    desk = watched("python3")
    before = len(desk.actions)
    desk.execute("1")
    desk.stream("python3", 2, "a")
    set_timers = [action for action in desk.actions[before:] if isinstance(action, SetTimer)]
    assert [action.key for action in set_timers] == [("panel", "")]


def test_where_nobody_watches_no_time_is_kept() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.finish("python3", 1)
    assert desk.timers == {}
    open_comm(desk)
    look(desk)
    assert desk.request("comm_close", comm_id="c") == ["iopub busy of 3", "iopub idle of 3"]
    desk.execute("2")
    assert desk.timers == {}


def test_a_comm_that_closes_before_the_time_is_sent_nothing() -> None:
    desk = Desk("python3")
    open_comm(desk)
    desk.start("ir")
    desk.request("comm_close", comm_id="c")
    assert look(desk) == []


def test_each_tab_has_its_own_comm() -> None:
    desk = watched("python3")
    assert open_comm(desk, "d")[1] == "iopub comm_msg of 2"
    desk.start("ir")
    assert look(desk) == ["iopub comm_msg of 1", "iopub comm_msg of 2"]
    assert snapshot(desk, "c") == snapshot(desk, "d")
    desk.request("comm_close", comm_id="c")
    desk.stop("ir")
    assert look(desk) == ["iopub comm_msg of 2"]


def test_it_waits_for_no_cell() -> None:
    desk = Desk("python3")
    desk.execute("while True: pass")
    desk.execute("queued")
    assert open_comm(desk) == ["iopub busy of 3", "iopub comm_msg of 3", "iopub idle of 3", "iopub busy of 1"]
    assert desk.request("comm_msg", comm_id="c", data={"id": 1, "do": "log", "backend": "ir"})[:2] == [
        "do log ir of question 0",
        "iopub busy of 4",
    ]


def test_a_target_that_is_no_text_is_refused_as_ever() -> None:
    desk = Desk("python3")
    assert desk.request("comm_open", comm_id="c", target_name=["multikernel"])[1] == "iopub comm_close of 1"


def test_comms_that_pages_have_forgotten_are_closed() -> None:
    desk = Desk("python3", config=configured("python3"))
    for number in range(32):
        open_comm(desk, str(number))
    desk.request("comm_msg", comm_id="0", data={"id": 1, "do": "memory"})
    assert open_comm(desk, "32")[-1] == "iopub comm_close"
    assert desk.last("comm_close") == {"comm_id": "1", "data": {}}
    desk.request("comm_info_request", target_name="multikernel")
    assert len(desk.last("comm_info_reply")["comms"]) == 32
    look(desk)
    assert desk.request("comm_msg", comm_id="1", data={"id": 1, "do": "memory"}) == [
        "iopub busy of 36",
        "iopub idle of 36",
    ]


def test_a_comm_that_is_opened_twice_is_one() -> None:
    desk = watched("python3")
    open_comm(desk)
    desk.start("ir")
    assert look(desk) == ["iopub comm_msg of 2"]


@pytest.mark.parametrize("ends", [lambda desk: desk.ready("ir"), lambda desk: desk.start_failed("ir")])
def test_a_start_that_is_over_makes_no_progress(ends: Callable[[Desk], object]) -> None:
    desk = watched("python3")
    desk.start("ir")
    desk._take(desk.router.progress("ir", "on its way"))
    ends(desk)
    desk._take(desk.router.progress("ir", "late"))
    look(desk)
    assert backend(desk, "ir")["progress"] == ""
