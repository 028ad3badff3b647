"""A Multi whose backends run side by side: three languages, and a group."""

from collections.abc import Iterator

import pytest

from .kernel import Kernel, open_kernel

CONFIG = """\
default: python
backends:
  python: {kernel: python3}
  r: {kernel: ir}
  sh: {kernel: bash}
  worker: {kernel: python3, count: 2}
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory, need: object) -> Iterator[Kernel]:
    """Return a Multi that the tests of a module share; all its backends run."""
    need("ir", "bash")  # type: ignore[operator]
    file = tmp_path_factory.mktemp("t") / "multikernel.yaml"
    file.write_text(CONFIG)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(file)}) as kernel:
        kernel.run("%%start python r sh worker")
        yield kernel


WAITS = {
    "python": "%%python{}\nimport os, time\nprint('go', flush=True)\nwhile not os.path.exists({!r}): time.sleep(0.01)",
    "r": '%%r{}\ncat("go\\n")\nwhile (!file.exists("{}")) Sys.sleep(0.01)',
    "sh": "%%sh{}\necho go\nuntil [ -e {} ]; do sleep 0.01; done",
}


def waiting(backend: str, file: object, options: str = " --bg") -> str:
    """Return a cell that prints `go` and runs until a file is there."""
    return WAITS[backend.partition("[")[0]].format(options, str(file))
