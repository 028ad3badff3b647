"""Where Python's strings are.

`tokenize` will not do: since Python 3.12 it ends at a quote that is left open, as in IPython's `!echo it's`, and what
it takes for a string is not the same in all versions. Where strings begin and end is all that counts here.
"""

import re

STRING_OR_COMMENT = re.compile(
    r"""#[^\n]*"""
    r"""|'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'{3}|\\?\Z)"""
    r"""|"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:"{3}|\\?\Z)"""
    r"""|'(?:\\.|[^'\\\n])*'?"""
    r"""|"(?:\\.|[^"\\\n])*"?""",
    re.DOTALL,
)
"""A comment; a string in three quotes, closed or not; one in single quotes, which ends with its line."""


def without_strings(code: str) -> str:
    """Return the code with a `_` for each character of its strings, so that no line begins in one."""
    return STRING_OR_COMMENT.sub(lambda found: found[0] if found[0][0] == "#" else "_" * len(found[0]), code)
