"""A feature from outside the package: a comm target and a request type of its own, given to the router."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from multikernel.core.errors import BackendDied, MultiError
from multikernel.core.feature import CommTarget, Feature, Handler
from multikernel.core.protocol.wire import Json
from multikernel.core.request import Request
from multikernel.core.spine import Spine

from .desk import Desk


class Clock(Feature):
    """Tells the time by a request, and by a comm; passes `ring_request` to the default backend."""

    supported_features = ("clock",)

    def __init__(self, spine: Spine) -> None:
        self._spine = spine
        self.closed_comms: list[str] = []

    def requests(self) -> Mapping[str, Handler]:
        return {
            "time_request": lambda request: self._spine.requests.answer(request, {"status": "ok", "time": "noon"}),
            "ring_request": self._ring,
        }

    def failures(self) -> Mapping[str, Callable[[Request, MultiError], Json]]:
        return {"ring_request": lambda request, error: {"status": "silent", "why": str(error)}}

    def comm_targets(self) -> Mapping[str, CommTarget]:
        return {"clock": self}

    def opened(self, request: Request, comm_id: str) -> None:
        self._tell(request, comm_id, "open")

    def received(self, request: Request, comm_id: str) -> None:
        self._tell(request, comm_id, request.content["data"])

    def closed(self, comm_id: str) -> None:
        self.closed_comms.append(comm_id)

    def _tell(self, request: Request, comm_id: str, what: object) -> None:
        self._spine.outbox.publish(request, "comm_msg", {"comm_id": comm_id, "data": what})

    def _ring(self, request: Request) -> None:
        self._spine.requests.send(request, self._spine.state.backends[self._spine.state.default])


def desk_with_clock(*ready: str) -> tuple[Desk, Clock]:
    clocks: list[Clock] = []

    def make(spine: Spine) -> Feature:
        clocks.append(Clock(spine))
        return clocks[0]

    return Desk(*ready, more_features=[make]), clocks[0]


def test_its_requests_are_answered() -> None:
    desk, _ = desk_with_clock()
    assert desk.request("time_request") == ["iopub busy of 1", "shell time_reply of 1: ok", "iopub idle of 1"]
    assert desk.last("time_reply")["time"] == "noon"
    desk.request("kernel_info_request")
    assert "clock" in desk.last("kernel_info_reply")["supported_features"]


def test_its_requests_can_go_to_a_child() -> None:
    desk, _ = desk_with_clock("python3")
    assert desk.request("ring_request") == ["python3 <- ring_request 1"]
    assert desk.child("python3", "shell", "ring_reply", 1, status="ok") == [
        "iopub busy of 1",
        "shell ring_reply of 1: ok",
    ]
    assert desk.idle("python3", 1) == ["iopub idle of 1"]


def test_a_child_that_dies_is_answered_for_in_its_words() -> None:
    desk, _ = desk_with_clock("python3")
    desk.request("ring_request")
    assert "shell ring_reply of 1: silent" in desk.died("python3")
    assert desk.last("ring_reply")["why"].startswith("python3 died")


def test_its_comm_target_answers_without_a_child() -> None:
    desk, clock = desk_with_clock()
    assert desk.request("comm_open", comm_id="c", target_name="clock") == [
        "iopub busy of 1",
        "iopub comm_msg of 1",
        "iopub idle of 1",
    ]
    assert desk.request("comm_msg", comm_id="c", data="tick")[1:] == ["iopub comm_msg of 2", "iopub idle of 2"]
    assert desk.last("comm_msg") == {"comm_id": "c", "data": "tick"}
    assert desk.request("comm_open", comm_id="c", target_name="other")[1] == "iopub comm_close of 3"
    desk.request("comm_info_request", target_name="clock")
    assert desk.last("comm_info_reply")["comms"] == {"c": {"target_name": "clock"}}
    desk.request("comm_close", comm_id="c")
    assert clock.closed_comms == ["c"]
    assert desk.request("comm_msg", comm_id="c") == ["iopub busy of 6", "iopub idle of 6"]


def test_its_comm_ids_are_nobody_elses() -> None:
    desk, _ = desk_with_clock("python3")
    desk.execute("x")
    desk.child("python3", "iopub", "comm_open", 1, comm_id="c", target_name="t")
    assert desk.request("comm_open", comm_id="c", target_name="clock")[1] == "iopub comm_close of 2"


@pytest.mark.parametrize("name", ["requests", "comm_targets"])
def test_two_features_cannot_handle_the_same(name: str) -> None:
    class Second(Feature):
        pass

    taken: dict[str, Any] = {"requests": {"history_request": print}, "comm_targets": {"clock": None}}
    setattr(Second, name, lambda self: taken[name])
    with pytest.raises(ValueError, match="two features handle"):
        Desk(more_features=[Clock, lambda spine: Second()])


def test_a_feature_without_members_takes_part_in_nothing() -> None:
    plain, with_feature = Desk("python3"), Desk("python3", more_features=[lambda spine: Feature()])
    for desk in (plain, with_feature):
        desk.execute("1")
        desk.finish("python3", 1)
        desk.died("python3")
        assert isinstance(BackendDied("x"), MultiError)
    assert [str(action) for action in plain.actions] == [str(action) for action in with_feature.actions]


def test_a_feature_that_overrides_nothing_lets_all_pass_and_is_not_asked_for_each_cell() -> None:
    desk = Desk("python3")
    feature = Feature()
    assert desk.execute("1") == Desk("python3", more_features=[lambda spine: feature]).execute("1")
    (request,) = desk.router.requests.all()
    assert feature.accepts(request)
    assert not feature.is_beside_main_thread(request, desk.router.state.backends["python3"])
    assert feature not in desk.router._hooks._overriding["cell_sent"]
