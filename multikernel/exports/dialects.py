"""What a script of a language looks like: its suffix, its first line, its comments; and code without magics."""

import re
from pathlib import PurePath

from ..core.kernels.comments import comment_of_language, comment_start
from ..core.kernels.table import language_info

PROGRAMS = {
    "bash": "bash",
    "julia": "julia",
    "octave": "octave",
    "perl": "perl",
    "python": "python3",
    "r": "Rscript",
    "ruby": "ruby",
}
"""Language -> the program that `#!/usr/bin/env` finds."""

SUFFIXES = {"r": ".R"}
"""Language -> suffix, where people write another one than its kernel reports."""

UNKNOWN_SUFFIX, UNKNOWN_COMMENT = ".txt", "#"

OF_IPYTHON = re.compile(r"\bget_ipython\(\)")


def suffix(language: str) -> str:
    """Return the suffix of files in a language, with the dot: as its kernel reports it, else as Pygments has it."""
    known = SUFFIXES.get(language) or language_info(language).get("file_extension")
    return str(known) if known else _suffix_of_lexer(language)


def _suffix_of_lexer(language: str) -> str:
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        patterns = find_lexer_class_by_name(language).filenames
    except ClassNotFound:
        return UNKNOWN_SUFFIX
    found = (PurePath(pattern).suffix for pattern in patterns)
    return next((each for each in found if re.fullmatch(r"\.\w+", each)), UNKNOWN_SUFFIX)


def first_line(language: str, code: str) -> str:
    """Return the line that makes a script of some code run by its name; empty if no program is known."""
    program = "ipython" if language == "python" and OF_IPYTHON.search(code) else PROGRAMS.get(language)
    return "" if program is None else f"#!/usr/bin/env {program}\n"


def as_comment(text: str, language: str) -> str:
    """Return lines as comments, blank ones as such; nothing for a blank text."""
    sign = comment_start(comment_of_language(language)) or UNKNOWN_COMMENT
    return "".join(f"{sign} {line}".rstrip() + "\n" for line in text.strip("\n").split("\n") if text.strip())


def without_magics(code: str, language: str) -> str:
    """Return Python with IPython's magics as calls, as nbconvert writes it; code in other languages as it is."""
    if language != "python":
        return code
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(code))  # type: ignore[no-untyped-call]
