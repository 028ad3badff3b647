"""What breaks connections, what becomes of cells that nobody ends, and a kernel that somebody else restarts."""

import pytest

from multikernel.runtime.backend.links.server.life import RESTARTED
from multikernel.runtime.backend.links.server.request import MOST_BREAKS, SURELY_TAKEN

from .delivering import Kernel, Near


def test_a_message_that_breaks_one_connection_after_another_is_given_up_and_the_others_run() -> None:
    near = Near(Kernel())
    near.connect()
    small = near.send()
    large = near.composer.message("execute_request", {"code": "x" * SURELY_TAKEN})
    near.send_message("shell", large)
    for _ in range(MOST_BREAKS):
        near.break_off()
        near.connect()
        while near.way_there and len(near.way_there[0]) < SURELY_TAKEN:
            near.there()
            near.kernel.step()
            for _ in range(10):
                near.back()
    near.settle()
    assert near.of(large.id) == ["error", "error", "idle"]
    assert near.of(small) == ["busy", "ok", "idle"]
    assert near.kernel.ran[large.id] == 0


def test_small_messages_are_sent_however_often_connections_break() -> None:
    near = Near(Kernel())
    near.connect()
    cell = near.send()
    for _ in range(2 * MOST_BREAKS):
        near.break_off()
        near.connect()
    near.settle()
    assert near.of(cell) == ["busy", "ok", "idle"]


@pytest.mark.parametrize("says", ["shutdown_reply", "starting"])
def test_a_kernel_that_somebody_restarts(says: str) -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    kernel.say("iopub", "status", {"execution_state": "starting"}, {})
    near.send()
    near.settle()
    if says == "shutdown_reply":
        kernel.say("iopub", "shutdown_reply", {"status": "ok", "restart": True}, {"msg_id": "of the server"})
    else:
        kernel.session = "another"
        kernel.say("iopub", "status", {"execution_state": "starting"}, {})
    near.back()
    assert near.gone == [RESTARTED]


def test_what_is_no_restart() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    near.send()
    near.settle()
    kernel.say("iopub", "shutdown_reply", {"status": "ok", "restart": False}, {"msg_id": "of the server"})
    kernel.say("iopub", "status", {"execution_state": "starting"}, {})
    near.settle()
    assert near.gone == []


def test_a_kernel_that_has_nothing_to_do_is_asked_what_became_of_a_cell() -> None:
    kernel = Kernel(has_session=False)
    near = Near(kernel)
    near.connect()
    cell = near.send()
    near.there()
    near.acknowledge()
    kernel.queue.clear()
    near.delivery.make_sure()
    near.settle()
    assert near.of(cell) == ["error", "error", "idle"]
    assert "was it restarted there?" in near.heard[-1 - 1][3]["evalue"]
    later = near.send()
    near.delivery.make_sure()
    near.settle()
    assert near.of(later) == ["busy", "ok", "idle"]


def test_what_a_thread_says_meanwhile_is_not_lost() -> None:
    kernel = Kernel()
    near = Near(kernel)
    near.connect()
    near.send()
    near.delivery.make_sure()
    own = next(iter(near.delivery._own))
    kernel.say("iopub", "stream", {"text": "of a thread"}, {"msg_id": own})
    near.settle()
    assert [content["text"] for _, msg_type, _, content in near.heard if msg_type == "stream"] == ["of a thread"]
