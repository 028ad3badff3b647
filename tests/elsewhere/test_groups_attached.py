"""The engines of an ipyparallel cluster as a group: its owner starts and ends them, and Multi only uses them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kernel import Answer, Kernel, open_kernel
from tests.e2e.test_broadcast import by_speaker

from .engines import Engines, open_engines

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  worker: {{at: engines, count: 2}}
places:
  engines: {{connection_file: {files}}}
"""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """Return a cluster that the tests share."""
    with open_engines(tmp_path_factory.mktemp("engines"), 2) as engines:
        yield engines


@pytest.fixture
def kernel(engines: Engines, tmp_path: Path) -> Iterator[Kernel]:
    """Return a Multi that knows it."""
    config = tmp_path / "multikernel.yaml"
    config.write_text(CONFIG.format(files=engines.files))
    config.chmod(0o600)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


def run(kernel: Kernel, code: str) -> Answer:
    """Run a cell that succeeds."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer


def test_they_are_a_group_as_any_other(kernel: Kernel, engines: Engines) -> None:
    said = by_speaker(run(kernel, "%%worker\nprint(get_ipython().kernel.engine_id)").stream())
    assert said == {"worker[0]": "0\n", "worker[1]": "1\n"}
    assert run(kernel, "%%worker[1]\nget_ipython().kernel.engine_id").result == "1"
    run(kernel, "import numpy\na, n = numpy.arange(5.0), 2")
    run(kernel, "%%worker --scatter a -i n --gather b -o size\nb, size = a * n, len(a)")
    assert run(kernel, "b.tolist(), size_worker_0, size_worker_1").result == "([0.0, 2.0, 4.0, 6.0, 8.0], 3, 2)"
    assert run(kernel, "%%stop worker").stream() == ""
    assert run(kernel, "%%worker[0]\nsize").result == "3"


@pytest.mark.long
def test_the_button_interrupts_all(kernel: Kernel, engines: Engines) -> None:
    msg_id = kernel.begin("%%worker\nprint('go', flush=True)\nimport time; time.sleep(100)")
    kernel.interrupt()
    answer = kernel.wait(msg_id)
    assert answer.content["ename"] == "KeyboardInterrupt"
    assert run(kernel, "1").result == "1"


@pytest.mark.long
def test_one_that_its_owner_ends_and_starts_again(kernel: Kernel, engines: Engines) -> None:
    run(kernel, "%%worker\nx = 1")
    engines.do("end", 1)
    answer = kernel.run("%%worker\nprint(x)")
    assert answer.content["status"] == "error"
    assert "worker[1]" in answer.content["evalue"]
    assert run(kernel, "%%worker[0]\nx").result == "1"
    engines.do("start", 1)
    answer = run(kernel, "%%worker\nprint('x' in globals())")
    assert by_speaker(answer.stream()) == {"worker[0]": "True\n", "worker[1]": "False\n"}
    refused = kernel.run("%%restart worker[0]")
    assert "only its owner can restart it" in refused.content["evalue"]
