"""The inputs of this session, for history_request (messaging spec, "History")."""

import fnmatch
from dataclasses import dataclass, field
from itertools import islice

from .wire import Json

Entry = tuple[int, int, str]
"""Session, line (the execution count), and the cell as typed."""

SESSION = 1


@dataclass(slots=True)
class History:
    """Cells as typed, header lines included, in the order in which they ran."""

    _entries: list[Entry] = field(default_factory=list)

    def add(self, count: int, code: str) -> None:
        """Note a cell that is about to run."""
        self._entries.append((SESSION, count, code))

    def answer(self, request: Json) -> list[list[object]]:
        """Return `history` of a history_reply for the content of a request; an unknown access type finds nothing.

        Outputs are not kept: with `output` an entry is (input, null), as IPython answers where it logs none.
        """
        match request.get("hist_access_type"):
            case "tail":
                found = self._last(self._entries, request.get("n"))
            case "range":
                found = self._range(request)
            case "search":
                found = self._search(request)
            case _:
                found = []
        with_output = request.get("output") is True
        return [[session, line, [code, None] if with_output else code] for session, line, code in found]

    def _range(self, request: Json) -> list[Entry]:
        session, start, stop = request.get("session", 0), request.get("start", 0), request.get("stop")
        if session not in (0, SESSION):
            return []
        first = start if isinstance(start, int) else 0
        return [
            entry for entry in self._entries if first <= entry[1] and (not isinstance(stop, int) or entry[1] < stop)
        ]

    def _search(self, request: Json) -> list[Entry]:
        pattern = request.get("pattern")
        glob = pattern if isinstance(pattern, str) else "*"
        found = [entry for entry in self._entries if fnmatch.fnmatchcase(entry[2], glob)]
        if request.get("unique") is True:
            newest = {code: (session, line, code) for session, line, code in found}
            found = sorted(newest.values())
        return self._last(found, request.get("n"))

    @staticmethod
    def _last(entries: list[Entry], count: object) -> list[Entry]:
        if not isinstance(count, int):
            return entries
        return list(islice(entries, max(0, len(entries) - max(0, count)), None))
