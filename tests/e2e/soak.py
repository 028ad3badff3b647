"""`make soak`: a notebook on four backends, in which everything is numbered; nothing may be lost, twice, or elsewhere.

In each round a cell of each backend says its outputs. That of one Python starts a thread that says more while the cells
of the others run, and a comm of the other Python is spoken to meanwhile. (A comm message to the first would become what
ipykernel 7.4 takes for the parent of what its threads say.)
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
"""Outputs of a Python cell, and as many of a thread."""
FEWER = 100
"""Outputs of a cell of R or bash, and comm messages."""

SETUP = """\
import sys, threading

def show(what, round, count):
    for number in range(count):
        display({'text/plain': f'{what} {round} {number}'}, raw=True)

def say(what, round, count):
    for number in range(count):
        sys.stdout.write(f'{what} {round} {number}\\n')
        sys.stdout.flush()

def speak_later(what, round, count):
    threading.Timer(0.01, say, (what, round, count)).start()

def opened(comm, message):
    comm.on_msg(lambda message: comm.send({'text': message['content']['data']['text']}))

get_ipython().kernel.comm_manager.register_target('soak', opened)
"""
CELLS = {
    "one": "show('one', {round}, {each})",
    "two": "show('two', {round}, {each})",
    "r": "for (n in seq(0, {fewer} - 1)) IRdisplay::publish_mimebundle(list('text/plain' = paste('r', {round}, n)))",
    "sh": "for n in $(seq 0 $(({fewer} - 1))); do echo sh {round} $n; done",
}
LATE = "\nspeak_later('late', {round}, {each})"
COUNTS = {"one": EACH, "two": EACH, "r": FEWER, "sh": FEWER, "late": EACH}


class Soak:
    """One session; AssertionError as soon as something is not as it should be."""

    def __init__(self, kernel: Kernel) -> None:
        """Take a Multi with the four backends, and start them."""
        self.messages = 0
        """Messages with numbers that have come."""
        self.late = 0
        """Those of them that came when their cell was over."""
        self._kernel = kernel
        self._round = 0
        self._expected: dict[str, tuple[str, int]] = {}
        """Who says it -> under which request, and which number comes next."""
        self._idle: set[str] = set()
        for name in PYTHONS:
            assert kernel.run(f"%%{name}\n{SETUP}").content["status"] == "ok"
        kernel.run("%%start r sh")
        self._comms = {name: self._open_comm(name) for name in PYTHONS}

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
        speaker, listener = PYTHONS if self._round % 2 else reversed(PYTHONS)
        cells = {name: self._execute(name, LATE if name == speaker else "") for name in CELLS}
        asked = [self._ask(listener, number) for number in range(FEWER)]
        self._expected |= {name: (cells[speaker if name == "late" else name], 0) for name in COUNTS}
        requests = {*cells.values(), *asked}
        while not (requests <= self._idle and self._is_all_said()):
            self._take(self._kernel.client.get_iopub_msg(timeout=PATIENCE))
        for msg_id in cells.values():
            reply = self._kernel.client.get_shell_msg(timeout=PATIENCE)
            assert reply["parent_header"]["msg_id"] == msg_id
            assert reply["content"]["status"] == "ok", reply["content"]
        self._idle.clear()

    def _execute(self, name: str, late: str) -> str:
        code = f"{CELLS[name]}{late}".format(round=self._round, each=EACH, fewer=FEWER)
        return str(self._kernel.client.execute(f"%%{name}\n{code}"))

    def _ask(self, name: str, number: int) -> str:
        text = f"comm-{number} {self._round} 0"
        msg_id = self._kernel.send("comm_msg", {"comm_id": self._comms[name], "data": {"text": text}})
        self._expected[f"comm-{number}"] = (msg_id, 0)
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
        self.late += parent in self._idle
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
            if soak.messages >= min(shown + step, wanted):
                shown = soak.messages
                print(f"{shown:>10,} {time.monotonic() - start:>8.0f} {soak.memory():>6.1f}", flush=True)


if __name__ == "__main__":
    main()
