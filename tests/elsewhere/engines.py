"""A cluster of ipyparallel whose engines are kernels, too, with a connection file each.

`python -m tests.elsewhere.engines FOLDER COUNT` starts one, as its owner would. It says `up`, then does what the lines
of its input say: `end N` ends engine N, and `start N` starts another in its place. The end of the input ends all.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def bind(file: str) -> None:
    """Make an engine a kernel with this connection file; called in the engine."""
    import ipyparallel
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.instance().connection_file = file
    ipyparallel.bind_kernel()


def main(folder: str, count: str) -> None:
    """Be the owner of a cluster."""
    import ipyparallel

    ids: dict[int, int] = {}
    with ipyparallel.Cluster(n=int(count), log_level=40) as client:
        for number in client.ids:
            ids[number] = number
            client[number].apply_sync(bind, f"{folder}/engine-{number}.json")
        say("up")
        for line in sys.stdin:
            what, word = line.split()
            number = int(word)
            if what == "end":
                client[ids.pop(number)].apply_async(os._exit, 1).wait(60)
                client.wait_for_engines(len(ids), timeout=60)
            else:
                client.cluster.start_engines_sync(1)
                client.wait_for_engines(len(ids) + 1, timeout=60)
                ids[number] = client.ids[-1]
                client[ids[number]].apply_sync(bind, f"{folder}/engine-{number}.json")
            say("done")


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Engines:
    """A cluster that runs."""

    folder: Path
    process: "subprocess.Popen[str]"

    @property
    def files(self) -> str:
        """What `connection_file` is for them."""
        return f"{self.folder}/engine-%d.json"

    def do(self, what: str, number: int) -> None:
        """Let the owner end an engine, or start one in its place."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {number}\n")
        self.process.stdin.flush()
        self.hear("done")

    def hear(self, text: str) -> None:
        """Wait until the owner says something."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{text}\n"


@contextmanager
def open_engines(folder: Path, count: int) -> Iterator[Engines]:
    """Start a cluster, and end it."""
    words = [sys.executable, "-m", "tests.elsewhere.engines", str(folder), str(count)]
    environment = {**os.environ, "IPYTHONDIR": str(folder / "ipython")}
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[2]
    ) as process:
        engines = Engines(folder, process)
        engines.hear("up")
        yield engines
        assert process.stdin is not None
        process.stdin.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
