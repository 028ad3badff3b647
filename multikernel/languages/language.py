"""What an adapter is: how variables of one language leave a kernel that speaks it, and enter it.

An adapter is an object with these members, named by an entry point of the group `multikernel.languages` whose name is
what the kernels call their language (`language_info.name` of kernel_info, in lower case).

The code that it returns is run silently in the child, and says how it went in a file `answer.json` in a folder that is
given to it, written as the last thing it does. It is one JSON object, in ASCII:

    {"value": node}                        of export code: the value; its buffers are in the file `data` beside it
    {"done": true}                         of import code: all variables are made, or could be
    {"variables": [["x", "int", "", 28]]}  of variables code: name, type, shape (`3 x 2`, or empty), bytes (or null);
                                           the first of them, `"more": 5` says how many there are beside, and
                                           `"unlisted": "text"` what the language shows to nobody
    {"missing": true}                      there is no such variable
    {"refused": [["['when']", "timedelta64[ns]", "has no counterpart in …; …"]]}
                                           path in the value, type and why, in words that follow "df['when'] (…)",
                                           for all parts that are refused; an empty why stands for "cannot be copied".
                                           A source tells what to run ("…; run `x = list(x)` first"); a target may
                                           add what it needs as a fourth text, one of the needs in `remedies`
    {"failed": "text"}                     anything else that went wrong, in words for the user

Import code that refuses, or fails, may add `"at": 1`: the value that it is about, counted from 0.

If there is no such file when the code has been run, the library is run in the child, and then the code once more: so a
library is loaded once, when it is first needed. The code must leave no trace in the child: no variable that the user
sees, no history, no count, no last value, no output.

The child may be on another machine. So a folder that code is made for is named as the child sees it, and code that
reads files of the adapter's is a `Script`, which brings them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .values.nodes import Node

ANSWER = "answer.json"
DATA = "data"

MOST_ROWS, MOST_COLUMNS = 100, 30
LONGEST_CELL = 200
"""Code points of a text in a table."""
LONGEST_TEXT = 10_000
"""Code points of a text that is all there is."""


class Refused(Exception):
    """A value, or a part of it, that the target language has no exact counterpart for."""

    def __init__(self, path: str, kind: str, why: str = "", need: str = "") -> None:
        """Take the path within the value (`['when'][0]`), its type in words, and why, as `answer.json` has it.

        What would be needed instead is one of the needs in `remedies`, for which the source tells what to run.
        """
        super().__init__(path, kind, why, need)
        self.parts = [(path, kind, why, need)]

    @classmethod
    def of(cls, parts: Iterable[tuple[str, str, str, str]]) -> "Refused":
        """Return what refuses several parts of a value, each as path, type, why and need."""
        refused = cls("", "")
        refused.parts = list(parts)
        return refused


@dataclass(frozen=True, slots=True)
class Incoming:
    """A value that is to become a variable."""

    name: str
    folder: str
    """Where what `write` has written is in the child."""


@dataclass(frozen=True, slots=True)
class Script:
    """Code that reads files besides those of values."""

    code: str
    files: Mapping[str, bytes]
    """Names and contents; they are in the folder that the code is made for, the first one if there are several."""


Code = str | Script


class Language(Protocol):
    """An adapter.

    Where a language has vectors or matrices in place of scalars, it has one more member, `scalars`, that tells which:
    see `values.elements`. Where `{name} = {value}` makes no variable, it has `assignment` with what does. Where it
    sends along again the `labels` of dictionaries, data frames and indices, as long as some of their texts are there,
    it has `keeps_labels`, which is true: to others none are sent. Where `write` does not read the buffers, it has
    `reads_data`, which is false: they need not come to this machine then.
    """

    @property
    def name(self) -> str:
        """The language as messages name it: `R`."""

    def refuses_name(self, name: str) -> str:
        """Say why a text cannot be the name of a variable, as `is a reserved word of R`; empty if it can be."""

    def library_code(self, folder: str) -> Code:
        """Return code that the other code needs; it is run once in each life of a child."""

    def export_code(self, name: str, folder: str) -> Code:
        """Return code that writes the value of a variable into a folder."""

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write a value whose buffers are in `folder` there, as import code reads it; Refused if there can be none.

        It is called in a thread, or in another process. `values.as_json.write` may be all it takes.
        """

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> Code:
        """Return code that makes variables of all values, or of none: it makes all values before it assigns the first.

        A trial assigns none. The answer is in the folder of the first.
        """

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known.

        `remedies.py` has the needs, and what most of this is made of.
        """

    def variables_code(self, folder: str) -> Code:
        """Return code that writes a list of the user's variables into a folder."""


@runtime_checkable
class Previews(Protocol):
    """What an adapter has besides that makes previews."""

    def preview_code(self, name: str, folder: str) -> Code:
        """Return code that writes the beginning of a variable's value into a folder.

        The answer is one of

            {"preview": {"columns": ["a", "b"], "types": ["int64", "object"],   of the first MOST_COLUMNS columns
                         "labels": ["0", "1"],                                  of the first MOST_ROWS rows
                         "rows": [["1", "x"], ["2", "y"]],                      none longer than LONGEST_CELL
                         "total": [2, 2]}}                                      rows and columns in all
            {"preview": {"text": "3.5"}}                                        not longer than LONGEST_TEXT

        or `missing` or `failed`, as `language` specifies. A list is a table of one column. `refuses_name` has let the
        name pass, but the code does not run it either: it has the name as a text.
        """
