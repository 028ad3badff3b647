"""docs/variables.md says what is so."""

from collections.abc import Callable

from ..e2e.kernel import ODD_KERNELSPECS
from .crossings import BEGIN, END, KERNELSPECS, PAGE, table
from .kernels import Kernels, need_r_package

pytestmark = ODD_KERNELSPECS


def test_the_table_is_what_the_kernels_say(need: Callable[..., None]) -> None:
    need(*KERNELSPECS.values())
    page = PAGE.read_text("utf-8")
    with Kernels(KERNELSPECS) as kernels:
        need_r_package(kernels, "bit64")
        assert page[page.index(BEGIN) + len(BEGIN) : page.index(END)].strip() == table(kernels).strip()
