"""Names and kernels for tests of the grammar."""

from multikernel.core.cells.cell import Cell
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.kernels.table import BY_IMPLEMENTATION, KernelProfile

from ..desk import COMMANDS, configured

LANGUAGES = {"python3": "python", "ir": "r", "bash": "bash", "js": "javascript", "odd": "odd"}
CONFIG = configured("python3", "ir", "bash", "js", "odd", aliases={"python3": ("py",)})
NAMES = Names(CONFIG, frozenset(COMMANDS), LANGUAGES)

IPYTHON = BY_IMPLEMENTATION["ipython"]
R = BY_IMPLEMENTATION["IRkernel"]
BASH = BY_IMPLEMENTATION["bash_kernel"]
HASH = KernelProfile(line_comment="##")
SLASHES = KernelProfile(line_comment="//")
CUT = KernelProfile(line_comment="")


def parsed(code: str, default: str = "python3") -> Cell:
    """Return a cell in parts."""
    return parse(code, NAMES, default)
