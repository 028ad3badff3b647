"""No message is lost that can be had, and none runs twice, however connections break."""

import json
from collections.abc import Callable

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from multikernel.runtime.backend.links.server.layout import unpack
from multikernel.runtime.backend.links.server.life import GONE, RESTARTED
from multikernel.runtime.backend.links.server.request import LARGEST

from .delivering import Kernel, Near

STEPS = ("send", "send", "comm", "there", "there", "acknowledge", "step", "step", "back", "back", "break", "connect")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=60), st.booleans(), st.booleans(), st.booleans())
def test_whatever_happens_in_whatever_order(
    steps: list[str], refuses_repeats: bool, has_session: bool, says_idle: bool
) -> None:
    kernel = Kernel(refuses_repeats=refuses_repeats, has_session=has_session, says_idle=says_idle)
    near = Near(kernel)
    sent, comms = [], []
    near.connect()
    actions: dict[str, Callable[[], None]] = {
        "send": lambda: sent.append(near.send()),
        "comm": lambda: comms.append(near.send("comm_msg")),
        "there": near.there,
        "acknowledge": near.acknowledge,
        "step": kernel.step,
        "back": near.back,
        "break": near.break_off,
        "connect": near.connect,
    }
    for step in steps:
        actions[step]()
    near.settle()
    near.acknowledge()
    last = near.send()
    near.settle()
    assert near.of(last) == ["busy", "ok", "idle"]
    assert kernel.ran[last] == 1
    assert near.gone == []
    for request in (*sent, *comms):
        assert kernel.ran[request] <= 1, "it ran twice"
    for request in sent:
        said = near.of(request)
        assert said.count("idle") + (said.count("ok") + said.count("error")) <= 2 + ("error" in said)
        # Half an answer is left to the core.
        assert "idle" in said or "ok" in said
        if said == ["busy", "ok", "idle"]:
            event("whole")
            assert kernel.ran[request] == 1
    if refuses_repeats:
        assert all(kernel.ran[request] == 1 for request in (*sent, *comms)), "it did not run"


def test_a_request_that_has_arrived_and_is_being_done_is_not_sent_again() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    near.acknowledge()
    near.break_off()
    later = near.send()
    near.connect()
    # It is busy, so it is the kernel that it was, and takes what comes.
    assert len(near.way_there) == 2
    near.settle()
    assert near.of(cell) == near.of(later) == ["busy", "ok", "idle"]
    assert len(kernel.seen) == 3


def test_what_may_have_run_in_a_kernel_that_would_run_it_again_is_an_error() -> None:
    near = Near(Kernel(refuses_repeats=False))
    near.connect()
    cell = near.send()
    near.break_off()
    near.send("comm_msg")
    near.break_off()
    near.settle()
    assert near.of(cell) == ["error", "error", "idle"]
    [text] = {content["evalue"] for _, _, parent, content in near.heard if "evalue" in content}
    assert text == (
        "the connection to r broke just then, so this may have run there or not: look, and run it again if it has not."
    )


def test_an_end_that_was_lost() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    kernel.step()
    near.back()
    near.break_off()
    near.settle()
    assert near.of(cell) == ["busy", "error", "error", "idle"]
    assert "has not kept how this ended" in near.heard[-1 - 1][3]["evalue"]


def test_an_end_that_was_lost_while_the_kernel_goes_on() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    cell, later = near.send(), near.send()
    near.there()
    near.there()
    near.acknowledge()
    kernel.step()
    near.back()
    near.break_off()
    near.settle()
    assert near.of(cell) == ["busy", "error", "error", "idle"]
    assert near.of(later) == ["busy", "ok", "idle"]


def test_outputs_that_were_lost_are_counted() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    first = near.send()
    near.settle()
    assert near.of(first) == ["busy", "ok", "idle"]
    cell = near.send()
    near.there()
    header = json.loads(bytes(kernel.queue[0][1][0]))
    kernel.say("iopub", "status", {"execution_state": "busy"}, header)
    near.back()
    kernel.say("iopub", "stream", {"text": "1"}, header)
    kernel.say("iopub", "stream", {"text": "2"}, header)
    kernel.said.clear()
    near.break_off()
    near.settle()
    lines = [content["text"] for _, msg_type, parent, content in near.heard if (msg_type, parent) == ("stream", cell)]
    assert lines == ["the connection to r broke, and 2 messages were lost, so outputs may be missing here\n"]
    assert near.of(cell)[-2:] == ["stream", "idle"]


def test_a_silent_connection_that_is_given_up_may_have_lost_what_nobody_counts() -> None:
    kernel = Kernel(has_session=False)
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    kernel.say("iopub", "status", {"execution_state": "busy"}, {"msg_id": cell})
    near.back()
    near.break_off(is_noticed=False)
    assert near.of(cell) == ["busy", "stream"]


def test_a_kernel_that_was_restarted_meanwhile_gets_nothing() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    near.send()
    near.settle()
    near.break_off()
    kernel.session = "another"
    cell = near.send()
    near.connect()
    near.there()
    kernel.step()
    ran = kernel.ran[cell]
    while near.way_back or kernel.said:
        near.back()
    assert near.gone[0] == RESTARTED
    assert ran == 0


@pytest.mark.parametrize("state", GONE)
def test_what_the_server_says_of_a_kernel(state: str) -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    kernel.say("iopub", "status", {"execution_state": state}, {})
    near.back()
    assert near.gone == [GONE[state]]
    assert near.heard == []


def test_a_message_that_breaks_the_connection_is_not_sent_again() -> None:
    near = Near(Kernel())
    near.connect()
    message = near.composer.message("execute_request", {"code": "x" * LARGEST})
    near.send_message("shell", message)
    near.break_off()
    near.settle()
    assert near.of(message.id) == ["error", "error", "idle"]
    assert "take 10 MB at most" in near.heard[-1 - 1][3]["evalue"]


def test_while_a_connection_is_silent_nothing_is_sent() -> None:
    near = Near(Kernel())
    near.connect()
    near.delivery.hold()
    cell = near.send()
    assert not near.way_there
    near.delivery.go_on()
    near.settle()
    assert near.of(cell) == ["busy", "ok", "idle"]


def test_a_busy_kernel_gets_answers_to_its_questions() -> None:
    """Its shell channel may wait for just that."""
    kernel = Kernel(refuses_repeats=False)
    near = Near(kernel)
    near.connect()
    near.send()
    near.there()
    near.acknowledge()
    doubt = near.send()
    near.break_off()
    near.send("input_reply", "stdin")
    later = near.send()
    near.connect()
    channels = [unpack(data)[0] for data in near.way_there]
    assert channels[0] == "stdin"
    near.settle()
    assert "error" in near.of(doubt)
    assert near.of(later) == ["busy", "ok", "idle"]
