"""Which two characters begin a line comment, from all that a kernel reports about its language.

They stand for the `%%` of a header line, so that neither lines nor cursors move. Where the language is not known the
header is cut, which is right but for the line numbers in errors.
"""

from collections.abc import Iterator

from ..protocol.wire import Json

LANGUAGES = {
    "##": (
        "python r bash shell sh zsh fish powershell perl ruby julia octave elixir coffeescript nim tcl gnuplot make "
        "awk coconut crystal pyspark raku robotframework sagemath sos sparql turtle xonsh yaml"
    ),
    "//": (
        "javascript typescript java kotlin scala groovy c c++ cpp c# f# csharp fsharp go rust swift php dart d zig "
        "cuda objective-c opencl solidity stan"
    ),
    ";;": "scheme racket lisp common-lisp clojure emacs-lisp hy",
    "--": "sql haskell lua ada elm vhdl",
    r"\\": "gp pari pari/gp",
}
"""Sign -> languages, as `language_info` names them, in lower case."""

MODES = {
    "##": "ipython robot rsrc sparql-query",
    "//": "c++src clike csrc objectivec",
    ";;": "commonlisp",
    "--": "plsql sqlite",
}
"""Sign -> names that only mimetypes and CodeMirror's modes have for them, without `text/x-`."""

EXTENSIONS = {
    "##": "bash coco fish jl nim ps1 py r rb robot rq sh sos sparql tcl ttl xsh yaml yml zsh",
    "//": "c cc cpp cs dart fs go h java js kt kts php rs scala swift ts zig",
    ";;": "clj el hy lisp rkt scm ss",
    "--": "adb elm hs lua sql",
    r"\\": "gp",
}
"""Sign -> endings of files, without the dot; those of several languages with different signs are left out."""


def _by_name(*tables: dict[str, str]) -> dict[str, str]:
    return {name: sign for table in tables for sign, names in table.items() for name in names.split()}


_OF_NAME = _by_name(LANGUAGES, MODES)
_OF_EXTENSION = _by_name(EXTENSIONS)


def comment_of_language(language: str) -> str:
    """Return the two characters for a language by its name in any case, or the empty string."""
    return _OF_NAME.get(language.lower(), "")


def comment_start(sign: str) -> str:
    """Return what begins a comment in a language whose two-character sign this is: `#` for `##`."""
    return sign[:1] if sign in ("##", ";;") else sign


def comment_of(language_info: object) -> str:
    """Return the two characters for a kernel's `language_info`, or the empty string.

    The language's name counts most, then mimetype, CodeMirror's mode and file extension: Coconut and xonsh are known by
    the mimetype that they have from Python, robotkernel (its language is `Robot Framework`) by its mode.
    """
    if not isinstance(language_info, dict):
        return ""
    extension = language_info.get("file_extension")
    of_extension = _OF_EXTENSION.get(extension.lower().lstrip("."), "") if isinstance(extension, str) else ""
    return next((sign for name in _names(language_info) if (sign := comment_of_language(name))), of_extension)


def _names(language_info: Json) -> Iterator[str]:
    mode = language_info.get("codemirror_mode")
    mode = mode.get("name") if isinstance(mode, dict) else mode
    for name in (language_info.get("name"), language_info.get("mimetype"), mode):
        if isinstance(name, str):
            yield name
            yield name.rpartition("/")[2].lower().removeprefix("x-").removeprefix("x.")
