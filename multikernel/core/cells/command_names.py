"""The names of commands, for code that needs only those: what they do is in `multikernel.commands`.

A config file is read before the default backend is launched, and importing all that would delay it by 13 ms.
"""

import re

NAMES = ("use", "backends", "start", "stop", "restart", "interrupt", "log", "vars", "help")
"""All commands, in the order in which `%%help` shows them."""

RESERVED = frozenset({"wait", "parts"})
"""Commands to come; nothing else may have these names."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+#-]*")
"""What may follow the `%%` of a header line; case makes no difference."""

WITHOUT_NOW = frozenset({"use", "help"})
"""Commands that are done when the cell's turn comes, always."""


def is_free(name: str) -> bool:
    """Whether a name can be typed and is not a command's, so that a backend may have it."""
    return NAME.fullmatch(name) is not None and name.lower() not in RESERVED.union(NAMES)
