"""What a process writes is kept, the last of it, for the log and for errors."""

import asyncio
import os

import anyio
import psutil
import pytest

from multikernel.runtime.backend.output import KEPT, LINES_SHOWN, Output, Outputs

pytestmark = pytest.mark.anyio


def write(output: Output, data: bytes) -> None:
    """Do as a process does that writes something and ends."""
    with output.write_end() as write_end:
        os.write(write_end, data)


async def test_the_log_keeps_what_the_process_before_wrote_and_an_error_does_not_show_it() -> None:
    outputs = Outputs()
    write(outputs["r"], b"one\n\ntwo")
    outputs["r"].note("r died.")
    write(outputs["r"], b"three\n")
    assert outputs["r"].lines() == ["one", "two", "r died.", "three"]
    assert outputs.last_lines("r") == ["three"]
    assert outputs.last_lines("bash") == []
    outputs["r"].close()


async def test_an_error_does_not_show_a_warning_about_the_transport_and_the_log_does() -> None:
    output = Output()
    warning = "[IPKernelApp] WARNING | Kernel is running over TCP without encryption. All communication (including …"
    words = [f"line {number}" for number in range(LINES_SHOWN - 1)]
    said = "Kernel is running over TCP without encryption. So what?"
    write(output, "\n".join([said, *words, warning, ""]).encode())
    assert output.last_lines() == [said, *words]
    assert output.lines() == [said, *words, warning]
    output.close()


async def test_who_writes_as_fast_as_it_is_read_holds_up_nobody() -> None:
    output = Output()
    with output.write_end() as write_end:
        os.set_blocking(write_end, False)
        endless = os.fdopen(os.dup(write_end), "wb", buffering=0)
    with pytest.MonkeyPatch.context() as patch, endless:
        read = os.read

        def read_what_is_written_at_once(fd: int, size: int) -> bytes:
            data = read(fd, size)
            endless.write(b"x" * len(data))
            return data

        endless.write(b"x" * KEPT)
        patch.setattr(os, "read", read_what_is_written_at_once)
        with anyio.fail_after(10):
            await anyio.lowlevel.checkpoint()
            assert sum(map(len, output.lines())) == KEPT
    output.close()


async def test_a_pipe_that_cannot_be_read_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    output, before = Output(), psutil.Process().num_fds()
    monkeypatch.setattr(asyncio.get_running_loop(), "add_reader", refuse)
    with pytest.raises(OSError, match="No space left"), output.write_end():
        pass
    assert psutil.Process().num_fds() == before
    output.close()


async def test_a_pipe_that_fails_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    output, before = Output(), psutil.Process().num_fds()
    with output.write_end() as write_end, monkeypatch.context() as patch:
        os.write(write_end, b"lost\n")
        patch.setattr(os, "read", fail)
        assert output.lines() == []
    assert psutil.Process().num_fds() == before
