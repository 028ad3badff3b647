"""Who reconnects, or comes second, misses nothing that he would not have missed with the child alone."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from .kernel import PATIENCE, Json, Kernel, open_kernel

LATE = """\
import sys, threading
def speak():
    sys.stdout.write('go\\n')
    sys.stdout.flush()
    open({pipe!r}).read()
    for number in range(2000):
        sys.stdout.write(f'{{number}}\\n')
        sys.stdout.flush()
threading.Thread(target=speak).start()"""


@pytest.fixture(params=["python3", "multi"])
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Return the child alone, and Multi."""
    with open_kernel(request.param) as kernel:
        yield kernel


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Return a named pipe, which holds up whoever reads it."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


class Newcomer:
    """A client that comes while something runs."""

    def __init__(self, kernel: Kernel, session: str = "") -> None:
        """Take the session that it speaks under, a new one unless it is given."""
        self.client = BlockingKernelClient(connection_file=kernel.manager.connection_file)
        self.client.load_connection_file()
        if session:
            self.client.session.session = session
        self._kept: list[Json] = []  # of other requests than the one that was waited for

    def __enter__(self) -> "Newcomer":
        """Connect, and wait until iopub is heard."""
        self.client.start_channels(hb=False)
        deadline = time.monotonic() + PATIENCE
        while not self._hears_iopub():
            assert time.monotonic() < deadline, "iopub is not heard"
        return self

    def __exit__(self, *exception: object) -> None:
        """Disconnect."""
        self.client.stop_channels()

    def _hears_iopub(self) -> bool:
        message = self.client.session.msg("kernel_info_request", {})
        self.client.control_channel.send(message)
        while True:
            try:
                heard = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                return False
            if heard["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return True

    def until_idle(self, msg_id: str) -> list[Json]:
        """Return all of a request on iopub, up to its idle; the request may have run before another was waited for."""
        messages = [message for message in self._kept if message["parent_header"].get("msg_id") == msg_id]
        while not messages or messages[-1]["content"].get("execution_state") != "idle":
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            is_meant = message["parent_header"].get("msg_id") == msg_id
            (messages if is_meant else self._kept).append(message)
        return messages

    def text_until(self, msg_id: str, end: str) -> str:
        """Return what a request writes, up to an end."""
        text = ""
        while not text.endswith(end):
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == msg_id and message["msg_type"] == "stream":
                text += message["content"]["text"]
        return text


def types(messages: list[Json]) -> list[str]:
    """Return the types of messages, statuses as busy and idle."""
    return [message["content"].get("execution_state", message["msg_type"]) for message in messages]


def begin(kernel: Kernel, pipe: Path, then: str) -> str:
    """Run a cell that waits for the pipe."""
    return kernel.begin(f"print('go', flush=True); open({str(pipe)!r}).read(); {then}", allow_stdin=True)


def test_the_same_session_reconnects_and_gets_all_that_is_still_to_come(kernel: Kernel, pipe: Path) -> None:
    cell = begin(kernel, pipe, "print(input()); 7")
    kernel.client.stop_channels()
    with Newcomer(kernel, kernel.client.session.session) as newcomer:
        pipe.write_text("")
        question = newcomer.client.get_stdin_msg(timeout=PATIENCE)
        assert question["parent_header"]["msg_id"] == cell
        newcomer.client.input("typed")
        messages = newcomer.until_idle(cell)
        assert types(messages) == ["stream", "execute_result", "idle"]
        assert messages[0]["content"]["text"] == "typed\n"
        reply = newcomer.client.get_shell_msg(timeout=PATIENCE)
        assert (reply["parent_header"]["msg_id"], reply["content"]["status"]) == (cell, "ok")


def test_another_session_hears_the_cell_that_runs_but_the_reply_is_not_its_own(kernel: Kernel, pipe: Path) -> None:
    cell = begin(kernel, pipe, "print('more'); 7")
    kernel.client.stop_channels()
    with Newcomer(kernel) as newcomer:
        mine = newcomer.client.execute("8")
        pipe.write_text("")
        assert types(newcomer.until_idle(cell)) == ["stream", "execute_result", "idle"]
        messages = newcomer.until_idle(mine)
        assert types(messages) == ["busy", "execute_input", "execute_result", "idle"]
        assert messages[2]["content"]["data"]["text/plain"] == "8"
        assert newcomer.client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == mine


def test_the_second_beside_the_first_hears_late_output_whole_and_in_order(kernel: Kernel, pipe: Path) -> None:
    cell = kernel.begin(LATE.format(pipe=str(pipe)))
    with Newcomer(kernel) as newcomer:
        pipe.write_text("")
        numbers = "".join(f"{number}\n" for number in range(2000))
        assert newcomer.text_until(cell, "1999\n") == numbers
        first = ""
        while not first.endswith("1999\n"):
            first += kernel.until("stream", cell)["content"]["text"]
        assert first == numbers


def test_each_of_two_is_answered_and_both_hear_all(kernel: Kernel) -> None:
    with Newcomer(kernel) as newcomer:
        theirs, ours = newcomer.client.execute("print('theirs')"), kernel.client.execute("print('ours')")
        heard = {msg_id: types(newcomer.until_idle(msg_id)) for msg_id in (theirs, ours)}
        assert kernel.wait(ours).types == heard[ours] == ["busy", "execute_input", "stream", "idle"]
        assert kernel.wait(theirs, has_reply=False).types == heard[theirs]
        assert newcomer.client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == theirs
