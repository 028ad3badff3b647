"""The names of commands, for code that needs only those: what they do is in `multikernel.commands`.

A config file is read before the default backend is launched, and importing all that would delay it by 13 ms.
"""

import re

NAMES = ("use", "backends", "start", "stop", "restart", "interrupt", "log", "vars", "wait", "help")
"""All commands, in the order in which `%%help` shows them."""

PARTS = "parts"
"""The header of a cell in several parts."""

RESERVED = frozenset({PARTS})
"""Header lines that are neither commands nor backends; nothing else may have these names."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+#-]*")
"""The name of a backend, or of several of one kernelspec; case makes no difference."""

TARGET = re.compile(rf"{NAME.pattern}(\[[0-9]+\])?")
"""What may follow the `%%` of a header line: a name, or one of several backends, counted from 0: `worker[2]`."""

WITHOUT_NOW = frozenset({"use", "wait", "help"})
"""Commands that are done when the cell's turn comes, always."""


def is_free(name: str) -> bool:
    """Whether a name can be typed and is not a command's, so that a backend may have it."""
    return NAME.fullmatch(name) is not None and name.lower() not in RESERVED.union(NAMES)
