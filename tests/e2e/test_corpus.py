"""Cells of corpus.txt, with lines and signs that could be taken for a header: they run as on the kernel alone."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from .kernel import ODD_KERNELSPECS, Json, Kernel, open_kernel
from .same_as_alone import seen, without_counts

pytestmark = ODD_KERNELSPECS

CORPUS = (Path(__file__).parent / "corpus.txt").read_text("utf-8")
BELOW = ", below a header"
"""Marks cells whose lines are headers where the kernel is the default: there they are refused."""


@dataclass(frozen=True)
class Sample:
    """A cell of the corpus, what it has, and the kernelspec that it is for."""

    kernel: str
    what: str
    code: str
    only_below_header: bool

    def __str__(self) -> str:
        """Return the name of its tests."""
        return f"{self.kernel}: {self.what}"


def samples() -> Iterator[Sample]:
    """Read the corpus: each cell follows a line `===== KERNEL: WHAT`."""
    for head, code in re.findall(r"^===== (.*)\n((?:(?!=====).*\n)*)", CORPUS, re.MULTILINE):
        kernel, _, what = head.partition(": ")
        yield Sample(kernel.removesuffix(BELOW), what, code.removesuffix("\n"), kernel.endswith(BELOW))


SAMPLES = list(samples())


class Kernels:
    """Kernels that are started when they are first asked for, and shared by all tests."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        """Take what ends them, and a folder for configs."""
        self._stack = stack
        self._folder = folder
        self._open: dict[str, Kernel] = {}

    def alone(self, kernel: str) -> Kernel:
        """Return the kernel itself."""
        return self._start(kernel)

    def behind(self) -> Kernel:
        """Return a Multi without a config."""
        return self._start("multi")

    def by_default(self, kernel: str) -> Kernel:
        """Return a Multi with all kernels, and this one as the default."""
        config = self._folder / f"{kernel}.yaml"
        names = {sample.kernel for sample in SAMPLES} | {"r"}
        backends = {name: {"kernel": "ir" if name == "r" else name} for name in sorted(names)}
        config.write_text(json.dumps({"default": kernel, "backends": backends}))
        return self._start("multi", config)

    def _start(self, name: str, config: Path | None = None) -> Kernel:
        key = str(config or name)
        if key not in self._open:
            env = {"MULTIKERNEL_CONFIG": key} if config else {}
            self._open[key] = self._stack.enter_context(open_kernel(name, env=env))
        return self._open[key]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernels]:
    """Return the kernels that the tests of this module share."""
    with ExitStack() as stack:
        yield Kernels(stack, tmp_path_factory.mktemp("t"))


def shown(kernel: Kernel, code: str) -> Json:
    """Run a cell and return what a front-end gets, less the count, which depends on what ran before."""
    answer = kernel.run(code)
    # Alone, deno shows something after its idle.
    kernel.have_arrived()
    answer.iopub.extend(kernel.claim(answer.reply["parent_header"]["msg_id"]))
    return without_counts(seen(answer))


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_below_a_header_a_cell_runs_as_alone(sample: Sample, kernels: Kernels, need: Callable[..., None]) -> None:
    need(sample.kernel)
    assert shown(kernels.behind(), f"%%{sample.kernel}\n{sample.code}") == shown(
        kernels.alone(sample.kernel), sample.code
    )


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if not sample.only_below_header], ids=str)
def test_without_a_header_a_cell_runs_as_alone(sample: Sample, kernels: Kernels, need: Callable[..., None]) -> None:
    need(sample.kernel)
    assert shown(kernels.by_default(sample.kernel), sample.code) == shown(kernels.alone(sample.kernel), sample.code)


def test_the_corpus_has_a_cell_for_every_kernel_and_none_is_lost() -> None:
    assert len(SAMPLES) == CORPUS.count("\n=====") + 1
    assert all(sample.code for sample in SAMPLES)
