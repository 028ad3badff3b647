"""`make soak`: a notebook on four backends, in which everything is numbered; nothing may be lost, twice, or elsewhere.

In each round a cell of each backend says its outputs. Those of the Python backends start a thread that says more while
the cells of the others run, and comms are spoken to meanwhile, too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from .kernel import PATIENCE, Json, Kernel, open_kernel
from .processes import front

CONFIG = """\
default: one
backends:
  one: {kernel: python3}
  two: {kernel: python3}
  r: {kernel: ir}
  sh: {kernel: bash}
"""
PYTHONS = ("one", "two")
EACH = 400
"""Outputs of a Python cell, and as many of its thread."""
FEWER = 100
"""Outputs of a cell of R or bash, and comm messages to each Python."""

SETUP = """\
import sys, threading

def show(what, round, count):
    for number in range(count):
        display({'text/plain': f'{what} {round} {number}'}, raw=True)

def say(what, round, count):
    # What a thread displays, ipykernel shows under whatever runs at the moment; what it prints, under its cell.
    for number in range(count):
        sys.stdout.write(f'{what} {round} {number}\\n')
        sys.stdout.flush()

def opened(comm, message):
    comm.on_msg(lambda message: comm.send({'text': message['content']['data']['text']}))

get_ipython().kernel.comm_manager.register_target('soak', opened)
"""
CELLS = {
    "one": "threading.Thread(target=say, args=('one-late', {round}, {each})).start(); show('one', {round}, {each})",
    "two": "threading.Thread(target=say, args=('two-late', {round}, {each})).start(); show('two', {round}, {each})",
    "r": "for (n in seq(0, {fewer} - 1)) IRdisplay::publish_mimebundle(list('text/plain' = paste('r', {round}, n)))",
    "sh": "for n in $(seq 0 $(({fewer} - 1))); do echo sh {round} $n; done",
}
COUNTS = {"one": EACH, "two": EACH, "one-late": EACH, "two-late": EACH, "r": FEWER, "sh": FEWER}


class Soak:
    """One session; AssertionError as soon as something is not as it should be."""

    def __init__(self, kernel: Kernel) -> None:
        """Take a Multi with the four backends, and start them."""
        self.messages = 0
        """Messages with numbers that have come."""
        self._kernel = kernel
        self._round = 0
        self._expected: dict[str, tuple[str, int]] = {}
        """Who says it -> under which request, and which number comes next."""
        self._idle: set[str] = set()
        for name in PYTHONS:
            assert kernel.run(f"%%{name}\n{SETUP}").content["status"] == "ok"
        kernel.run("%%start r sh")
        self._comms = {f"{name}-comm": self._open_comm(name) for name in PYTHONS}

    def _open_comm(self, name: str) -> str:
        """Open a comm to a backend, which has to be the default for that."""
        self._kernel.run(f"%%use {name}")
        comm_id = f"comm-of-{name}"
        content = {"comm_id": comm_id, "target_name": "soak", "data": {}}
        self._kernel.wait(self._kernel.send("comm_open", content), has_reply=False)
        self._kernel.run("%%use one")
        return comm_id

    def round(self) -> None:
        """Run a cell on each backend, and speak to the comms; wait until all has been said."""
        self._round += 1
        cells = {name: self._execute(name) for name in CELLS}
        asked = [self._ask(name, number) for number in range(FEWER) for name in self._comms]
        self._expected |= {name: (cells[name.removesuffix("-late")], 0) for name in COUNTS}
        requests = {*cells.values(), *asked}
        while not (requests <= self._idle and self._is_all_said()):
            self._take(self._kernel.client.get_iopub_msg(timeout=PATIENCE))
        for msg_id in cells.values():
            reply = self._kernel.client.get_shell_msg(timeout=PATIENCE)
            assert reply["parent_header"]["msg_id"] == msg_id
            assert reply["content"]["status"] == "ok", reply["content"]
        self._idle.clear()

    def _execute(self, name: str) -> str:
        code = CELLS[name].format(round=self._round, each=EACH, fewer=FEWER)
        return str(self._kernel.client.execute(f"%%{name}\n{code}"))

    def _ask(self, name: str, number: int) -> str:
        text = f"{name}-{number} {self._round} 0"
        msg_id = self._kernel.send("comm_msg", {"comm_id": self._comms[name], "data": {"text": text}})
        self._expected[f"{name}-{number}"] = (msg_id, 0)
        return msg_id

    def _is_all_said(self) -> bool:
        return all(number == COUNTS.get(name, 1) for name, (_, number) in self._expected.items())

    def _take(self, message: Json) -> None:
        """Check a message against what has to come next of who says it."""
        content, parent = message["content"], message["parent_header"].get("msg_id", "")
        match message["msg_type"]:
            case "status":
                if content["execution_state"] == "idle":
                    assert parent not in self._idle
                    self._idle.add(parent)
                return
            case "display_data":
                lines = [content["data"]["text/plain"]]
            case "stream":
                lines = content["text"].splitlines()
            case "comm_msg":
                lines = [content["data"]["text"]]
            case msg_type:
                assert msg_type == "execute_input", content
                return
        self.messages += 1
        for line in lines:
            name, round_, number = line.split()
            expected = self._expected[name]
            assert (parent, int(number)) == expected, f"{line} under {parent}, not {expected[1]} under {expected[0]}"
            assert int(round_) == self._round
            self._expected[name] = (parent, int(number) + 1)

    def memory(self) -> float:
        """Return what the front holds in memory, in MB."""
        return float(front(self._kernel).memory_info().rss / 1e6)


@contextmanager
def open_soak(folder: Path) -> Iterator[Soak]:
    """Start a Multi with the four backends; what it writes goes into a folder."""
    (folder / "multikernel.yaml").write_text(CONFIG, "utf-8")
    env = {
        "MULTIKERNEL_CONFIG": str(folder / "multikernel.yaml"),
        "JUPYTER_PATH": os.pathsep.join(filter(None, [os.environ.get("JUPYTER_PATH"), jupyter_data_dir()])),
        "JUPYTER_DATA_DIR": str(folder),
        "IPYTHONDIR": str(folder),
    }
    with open_kernel("multi", env=env) as kernel:
        yield Soak(kernel)


def main(arguments: Sequence[str] | None = None) -> None:
    """Go on until so many messages have come, and print what memory the front holds on the way."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.soak", description=main.__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    wanted = parser.parse_args(arguments).messages
    step = max(1, wanted // 10)
    with tempfile.TemporaryDirectory() as folder, open_soak(Path(folder)) as soak:
        start, shown = time.monotonic(), 0
        print(f"{'messages':>10} {'seconds':>8} {'MB':>6}\n{0:>10,} {0:>8} {soak.memory():>6.1f}", flush=True)
        while soak.messages < wanted:
            soak.round()
            if soak.messages >= shown + step:
                shown = soak.messages
                print(f"{shown:>10,} {time.monotonic() - start:>8.0f} {soak.memory():>6.1f}", flush=True)


if __name__ == "__main__":
    main()
