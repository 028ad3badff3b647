"""Nothing is lost of what a child says faster than it can be taken."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .kernel import Kernel
from .processes import front

Need = Callable[..., None]

COUNT = 20_000
LINES = 450
"""Of a cell: a kernel that is built on ipykernel itself drops what exceeds zmq's 1,000 waiting messages, and those that
are read count as waiting until there are 500 of them."""
CELLS = 5


def test_outputs_wait_while_nobody_takes_them(multi: Kernel, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    begin, end = f"open({str(pipe)!r}).read()", f"open({str(pipe)!r}, 'w').close()"
    # The cell goes on and ends while the front is stopped.
    msg_id = multi.begin(f"print('go', flush=True); {begin}\nfor n in range({COUNT}): display(n)\n{end}")
    front(multi).suspend()
    pipe.write_text("")
    pipe.read_text()
    front(multi).resume()
    shown = [content["data"]["text/plain"] for content in multi.wait(msg_id).of("display_data")]
    assert shown == [str(n) for n in range(COUNT)]


@pytest.mark.parametrize(
    ("backend", "code"),
    [
        ("bash", "for ((n = 0; n < {}; n++)); do echo $n; done"),
        ("octave", "for n = 0:{} - 1, printf('%d\\n', n); end"),
    ],
)
def test_a_kernel_that_publishes_in_bursts_loses_nothing(multi: Kernel, need: Need, backend: str, code: str) -> None:
    need(backend)
    for _ in range(CELLS):
        answer = multi.run(f"%%{backend}\n{code.format(LINES)}")
        assert answer.stream().split() == [str(n) for n in range(LINES)]
