"""What one kernel needs and another does not: the only place that knows kernels and languages by name.

`profile_of` reads the table with a kernel_info; a kernel that nobody here has seen gets the defaults and what its
language says. Each entry names where the fact was seen.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..config import InterruptMode
from ..protocol.wire import Json
from . import ipython

PYTHON_PROGRAM = re.compile(r"(python|pypy)[0-9.]*")
IPYKERNEL_MODULES = ("ipykernel_launcher", "ipykernel", "ipykernel.kernelapp")


@dataclass(frozen=True, slots=True)
class KernelProfile:
    """What is special about a kernel."""

    cell_magics: bool = False
    """`%%name` on top of a cell is the kernel's own syntax."""
    known_magics: frozenset[str] = frozenset()
    """Those of its cell magics that are always there, for `%%backends` to say which of them are hidden."""
    refuses_late_magics: bool = False
    """`%%name` below other code is an error of the kernel's own, so Multi need not refuse it."""
    line_comment: str = ""
    """Two characters that begin a comment, to stand for a header's `%%`; empty: the header is cut."""
    interrupt: InterruptMode | None = None
    """None leaves it to the kernelspec."""
    idle_delay: float = 0.0
    """Seconds that idle is held, for a kernel that sends outputs after it."""
    follows_counter: bool = False
    """The kernel numbers its history, and can be moved on to the notebook's counter."""
    setup: str = ""
    """Code that is run silently as soon as it is up."""


DEFAULTS = KernelProfile()

IPYTHON_MAGICS = (
    "bash capture debug file html javascript js latex markdown perl prun pypy python python2 python3 ruby script sh "
    "svg sx system time timeit writefile"
)
"""IPython 9."""

BY_IMPLEMENTATION = {
    # IPython raises a SyntaxError at a `%%` that is not on the first line.
    "ipython": KernelProfile(
        cell_magics=True,
        known_magics=frozenset(IPYTHON_MAGICS.split()),
        refuses_late_magics=True,
        line_comment="##",
        follows_counter=True,
        setup=ipython.SETUP,
    ),
    # xeus-python 0.19: SIGINT ends the process, interrupt_request is ignored.
    "xeus-python": KernelProfile(cell_magics=True, refuses_late_magics=True, line_comment="##", interrupt="restart"),
    # deno 2.9: SIGINT ends the process; one output in ten came after idle.
    "Deno kernel": KernelProfile(line_comment="//", interrupt="message", idle_delay=0.03),
    # bash_kernel 0.10: errors show no line numbers, and every line costs a round trip to the shell.
    "bash_kernel": KernelProfile(line_comment=""),
}

PROGRAMS = {
    "ipython": "ipykernel ipykernel_launcher ipython_kernel",
    "xeus-python": "xpython xpython_launcher",
    "Deno kernel": "deno",
    "bash_kernel": "bash_kernel",
    "IRkernel": "IRkernel",
    "metakernel": "calysto_scheme gnuplot_kernel matlab_kernel octave_kernel",
}
"""What a kernel will say it is -> words in a kernelspec's argv that show it before it has been started."""

OF_PROGRAM = {word: name for name, words in PROGRAMS.items() for word in words.split()}

LINE_COMMENTS = {
    "##": "python r bash shell sh zsh fish powershell perl ruby julia octave elixir coffeescript nim tcl gnuplot make",
    "//": "javascript typescript java kotlin scala groovy c c++ cpp c# f# csharp fsharp go rust swift php dart d zig",
    ";;": "scheme racket lisp common-lisp clojure emacs-lisp hy",
    "--": "sql haskell lua ada elm",
}

COMMENT_OF_LANGUAGE = {language: comment for comment, names in LINE_COMMENTS.items() for language in names.split()}


def profile_of(kernel_info: Json) -> KernelProfile:
    """Return the profile for the content of a kernel_info_reply, whatever a kernel left out of it."""
    implementation = kernel_info.get("implementation")
    if isinstance(implementation, str) and implementation in BY_IMPLEMENTATION:
        return BY_IMPLEMENTATION[implementation]
    comment = COMMENT_OF_LANGUAGE.get(language_of(kernel_info).lower(), "")
    return replace(DEFAULTS, line_comment=comment, cell_magics=_is_metakernel(kernel_info))


def profile_of_program(words: Iterable[str]) -> KernelProfile | None:
    """Return the profile that the words of a kernelspec's argv show, or None if only the kernel's start can tell."""
    implementation = next((OF_PROGRAM[word] for word in words if word in OF_PROGRAM), None)
    if implementation == "metakernel":
        return replace(DEFAULTS, cell_magics=True)
    return None if implementation is None else profile_of({"implementation": implementation})


def speaks_ipc(argv: Sequence[str]) -> bool:
    """Whether a kernelspec's command is known to start, on this machine, a kernel that speaks ipc; others get tcp.

    ipykernel and IRkernel do. Of the others some end at once (deno, xeus-python), some live on and never listen (a
    JVM's zmq makes a tcp port of the path); only a start would tell. Those that are built on ipykernel (bash_kernel,
    octave_kernel) speak it, but 7.4 drops outputs when 1,000 of them wait, and a Unix socket takes fewer on top than a
    tcp connection: of 100,000 lines in quick succession they lost one in a hundred over ipc, none over tcp on a quiet
    machine. In ipykernel itself that limit is lifted (`ipython.SETUP`). A command that starts another one, as ssh,
    docker and conda do, may start it where the sockets' folder is not.
    """
    program, *arguments = argv or ("",)
    name = program.rpartition("/")[2]
    if name in ("R", "Rscript"):
        return any("IRkernel::main(" in argument for argument in arguments)
    if not PYTHON_PROGRAM.fullmatch(name):
        return False
    for before, argument in pairwise(("", *arguments)):
        if before == "-m":
            return argument in IPYKERNEL_MODULES
        if not argument.startswith("-") and before not in ("-X", "-W"):
            return False
    return False


def language_of(kernel_info: Json) -> str:
    """Return the language's name in a kernel_info, or the empty string."""
    language_info = kernel_info.get("language_info")
    name = language_info.get("name") if isinstance(language_info, dict) else None
    return name if isinstance(name, str) else ""


def language_info(language: str) -> Json:
    """Return a `language_info` for a kernel that has not said its own yet, from its kernelspec's language.

    papermill and nbconvert need the name; JupyterLab colours the cells by the mimetype.
    """
    known = LANGUAGE_INFO.get(language.lower(), {})
    return {"name": language.lower(), "version": "", "mimetype": f"text/x-{language.lower()}", **known}


def _is_metakernel(kernel_info: Json) -> bool:
    """Every kernel built on metakernel links to its magics; those have `%%name` cell magics of their own."""
    links = kernel_info.get("help_links")
    return isinstance(links, list) and any("metakernel" in str(link).lower() for link in links)


LANGUAGE_INFO: dict[str, Json] = {
    "python": {
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    },
    "r": {
        "name": "R",
        "mimetype": "text/x-rsrc",
        "codemirror_mode": "r",
        "pygments_lexer": "r",
        "file_extension": ".r",
    },
    "bash": {
        "mimetype": "text/x-sh",
        "codemirror_mode": "shell",
        "pygments_lexer": "bash",
        "file_extension": ".sh",
    },
    "typescript": {
        "mimetype": "application/typescript",
        "codemirror_mode": "typescript",
        "pygments_lexer": "typescript",
        "file_extension": ".ts",
    },
    "javascript": {
        "mimetype": "application/javascript",
        "codemirror_mode": "javascript",
        "pygments_lexer": "javascript",
        "file_extension": ".js",
    },
    "julia": {"mimetype": "text/x-julia", "codemirror_mode": "julia", "file_extension": ".jl"},
}
