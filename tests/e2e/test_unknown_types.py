"""Message types that Multi has never heard of, to a child that knows them; those that nobody knows: test_queue.py."""

from collections.abc import Iterator

import pytest

from .kernel import Kernel, open_kernel

TEACH = """\
kernel = get_ipython().kernel

def foo(stream, ident, parent):
    kernel.session.send(kernel.iopub_socket, "foo_output", {"n": 1}, parent)
    buffers = [bytes(buffer) for buffer in parent["buffers"]]
    kernel.session.send(stream, "foo_reply", {"got": parent["content"]}, parent, ident, buffers=buffers)

kernel.shell_handlers["foo_request"] = kernel.control_handlers["foo_request"] = foo
"""


@pytest.fixture(scope="module")
def kernels(shared: Kernel) -> Iterator[list[Kernel]]:
    """Return Multi and ipykernel alone, both taught a new message type."""
    with open_kernel("python3") as alone:
        for kernel in (shared, alone):
            assert kernel.run(TEACH).content["status"] == "ok"
        yield [shared, alone]


@pytest.mark.parametrize("channel", ["shell", "control"])
def test_a_type_that_the_child_knows_is_answered_by_it(kernels: list[Kernel], channel: str) -> None:
    for kernel in kernels:
        content = {"naïve": [1, None]}
        sent = kernel.send("foo_request", content, channel=channel, buffers=[b"\x00\xff"])
        answer = kernel.wait(sent, channel=channel)
        assert answer.reply["msg_type"] == "foo_reply"
        assert answer.content == {"got": content}
        assert answer.reply["buffers"] == [b"\x00\xff"]
        # The child alone says idle after its output; Multi at once, since it cannot know whether there will be any.
        assert answer.of("foo_output") or kernel is kernels[0]
        if not answer.of("foo_output"):
            kernel.until("foo_output", sent)
