"""Eight workers in batch jobs of one node: an array is dealt out, doubled and gathered, by Multi and by ipyparallel."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.elsewhere.slurm import missing, open_slurm

from ..client import Json
from ..contenders import Workshop
from ..measuring import Rows, in_turn

ROUNDS = 10
COUNT = 8
PATIENCE = 300.0

CONFIG: Json = {
    "places": {"queue": {"job": "slurm", "python": sys.executable}},
    "backends": {"worker": {"kernel": "python3", "at": "queue", "count": COUNT}},
}

ARRAY = "import numpy\na = numpy.random.rand(10_000_000)"

CLUSTER = f"""
import ipyparallel, subprocess, sys
cluster = ipyparallel.Cluster(n=0, cluster_id="bench", log_level=40)
cluster.start_controller_sync()
engine = [sys.executable, "-m", "ipyparallel.engine", "--cluster-id=bench"]
quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
engines = subprocess.Popen(["srun", "-n{COUNT}", *engine], **quiet)
client = cluster.connect_client_sync()
client.wait_for_engines({COUNT}, timeout=120)
view = client[:]
view.block = True
"""

OURS = "%%worker --scatter a --gather b\nb = a * 2"
DIRECT = "view.scatter('a', a)\nview.execute('b = a * 2')\nb = view.gather('b')"
CHECK = "assert (b == a * 2).all()"


def measure(workshop: Workshop) -> Rows:
    """Both in turn, with the same kernel at their near end."""
    why = missing() or ("" if importlib.util.find_spec("ipyparallel") else "ipyparallel is not installed")
    if why:
        print(f"eight workers are left out: {why}", file=sys.stderr)
        return {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-")))
        stack.enter_context(_environment("SLURM_CONF", stack.enter_context(open_slurm(folder)).config))
        client = stack.enter_context(workshop.open("multi", config=CONFIG))["multi"].client
        for code in ("%%start worker", ARRAY, CLUSTER, OURS, CHECK, DIRECT, CHECK):
            client.run(code, PATIENCE)
        actions = {"multi": lambda: client.run(OURS).seconds, "direct": lambda: client.run(DIRECT).seconds}
        series = in_turn(ROUNDS, actions)
        client.run("client.shutdown(hub=True)\nengines.wait()", PATIENCE)
    return {"workers": series}


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
