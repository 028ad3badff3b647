"""Groups whose members are elsewhere."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.kernel import Answer, Kernel, open_kernel
from tests.e2e.test_broadcast import by_speaker, has_said

from .hosts import Hosts
from .test_multi import kill_ssh

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  worker: {{kernel: python3, at: gpu, count: 3}}
  box: {{kernel: python3, at: box, count: 2}}
places:
  gpu: {{ssh: gpu1, python: {python}, keep: 30 s}}
  box: {{run: [env, IN_BOX=yes], python: {python}}}
"""


@pytest.fixture
def kernel(hosts: Hosts, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi with a group on the server, and one behind a command."""
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(python=sys.executable))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


def run(kernel: Kernel, code: str) -> Answer:
    """Run a cell that succeeds."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer


def test_all_of_them_and_one(kernel: Kernel, hosts: Hosts) -> None:
    said = by_speaker(run(kernel, "%%worker\nimport os, socket\nprint(socket.gethostname())").stream())
    assert said == {f"worker[{i}]": "gpu1\n" for i in range(3)}
    run(kernel, "%%worker[2]\nonly = 2")
    answer = kernel.run("%%worker\nprint(only)")
    assert answer.content["evalue"].startswith("worker[0]: name 'only' is not defined; worker[1]: ")
    assert by_speaker(answer.stream())["worker[2]"] == "2\n"
    run(kernel, "import numpy\na, n = numpy.arange(7.0), 2")
    run(kernel, "%%worker --scatter a -i n --gather b -o size\nb, size = a * n, len(a)")
    assert (
        run(kernel, "b.tolist(), size_worker_0, size_worker_2").result
        == "([0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0], 3, 2)"
    )
    answer = kernel.run("%%worker\nprint('begun', flush=True)\nif 'only' in globals(): os._exit(3)\nprint('end')")
    assert answer.content["ename"] == "BackendDied"
    assert "worker[2] died" in answer.content["evalue"]
    assert by_speaker(answer.stream())["worker[1]"] == "begun\nend\n"
    assert run(kernel, "%%restart worker[1]").content["status"] == "ok"
    answer = run(kernel, "%%worker\nprint('size' in globals())")
    assert by_speaker(answer.stream()) == {"worker[0]": "True\n", "worker[1]": "False\n", "worker[2]": "False\n"}


@pytest.mark.long
def test_the_button_interrupts_all(kernel: Kernel, hosts: Hosts) -> None:
    run(kernel, "%%start worker")
    msg_id = str(kernel.client.execute("%%worker\nprint('go', flush=True)\nimport time; time.sleep(100)"))
    for i in range(3):
        kernel.first(msg_id, partial(has_said, f"worker[{i}]"))
    kernel.interrupt()
    answer = kernel.wait(msg_id)
    assert answer.content["ename"] == "KeyboardInterrupt"
    assert len(answer.of("error")) == 3


@pytest.mark.long
def test_a_connection_that_breaks(kernel: Kernel, hosts: Hosts) -> None:
    run(kernel, "%%worker\nimport time")
    cell = kernel.begin(
        "%%worker\nprint('go', flush=True)\nfor i in range(20):\n    print(i, flush=True); time.sleep(0.1)"
    )
    assert kill_ssh(kernel)
    answer = kernel.wait(cell)
    assert answer.content["status"] == "ok"
    lines = "go\n" + "".join(f"{number}\n" for number in range(20))
    assert by_speaker(answer.stream()) == {f"worker[{i}]": lines for i in range(3)}


@pytest.mark.long
def test_behind_a_command(kernel: Kernel, hosts: Hosts) -> None:
    run(kernel, "import numpy\na = numpy.arange(4)")
    answer = run(kernel, "%%box --scatter a --gather a_all=a\nimport os\nprint(os.environ['IN_BOX'], a)")
    assert by_speaker(answer.stream()) == {"box[0]": "yes [0 1]\n", "box[1]": "yes [2 3]\n"}
    assert run(kernel, "a_all").result == "array([0, 1, 2, 3])"
    run(kernel, "%%stop box")
