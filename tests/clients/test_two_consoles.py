"""Two jupyter consoles on one kernel: the first has its prompt again when its cell is over."""

from pathlib import Path

from tests.e2e.kernel import Kernel, open_kernel
from tests.e2e.test_console import open_console


def test_a_console_whose_cell_follows_takes_no_prompt_away(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with open_kernel("multi") as kernel, open_console("--existing", kernel.manager.connection_file) as first:
        first.expect(r"In \[")
        first.type(f"import os, time; print('g' + 'o'); exec({waiting(gate)!r})")
        first.expect("go")
        with open_console("--existing", kernel.manager.connection_file) as second:
            second.expect(r"In \[")
            second.type("print('sec' + 'ond', 1 + 1)")
            wait_until_sent(kernel)
            gate.touch()
            second.expect("second 2")
            first.type("print('fir' + 'st', 1 + 1)")
            first.expect("first 2")


def wait_until_sent(kernel: Kernel) -> None:
    """Wait until the front has what a console has sent; nobody else sees that, so this is a guess on the safe side."""
    for _ in range(200):
        kernel.have_arrived()


def waiting(gate: Path) -> str:
    """Return Python code that waits for a file."""
    return f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
