"""Which backend speaks, in the outputs of a cell that several run at once.

A line of text stands where the speaker changes, and text goes out in whole lines, so that no line is of two.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from .wire import Json, Message

LONGEST_LINE = 1 << 16
"""Code points without a line end that are held back at most."""

OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error"})
"""What is seen in the order in which it comes."""

MakeStream = Callable[[Json], Message]
"""Returns a `stream` message with this content."""


@dataclass(slots=True)
class Marks:
    """The outputs of one cell."""

    _speaker: str | None = None
    _open_line: str = ""
    """The stream whose last text did not end its line; empty: none."""
    _held: dict[tuple[str, str], str] = field(default_factory=dict)
    """By backend and stream, the beginning of a line."""
    _done: set[str] = field(default_factory=set)
    """Backends that are not expected to say more, so that nothing of theirs is held."""

    def mark(self, backend: str, message: Message, make: MakeStream) -> Iterator[Message]:
        """Yield what goes out for a message that a child has published."""
        if message.type == "clear_output":
            return
        if message.type not in OUTPUTS:
            yield message
            return
        if message.type == "stream":
            name = str(message.content().get("name"))
            yield from self._flush(backend, [key for key in self._held if key[0] == backend and key[1] != name], make)
            yield from self._text(backend, message)
            return
        yield from self.flush(backend, make)
        if self._speaker != backend:
            yield make({"name": "stdout", "text": self._headline(backend, "stdout")})
        self._open_line = ""
        yield message

    def flush(self, backend: str, make: MakeStream) -> Iterator[Message]:
        """Yield what is held of a child's text: something else of its comes, or it asks the user."""
        yield from self._flush(backend, [key for key in self._held if key[0] == backend], make)

    def _flush(self, backend: str, keys: Iterable[tuple[str, str]], make: MakeStream) -> Iterator[Message]:
        for key in keys:
            name, text = key[1], self._held.pop(key)
            yield make({"name": name, "text": self._marked(backend, name, text)})

    def finish(self, backend: str, make: MakeStream) -> Iterator[Message]:
        """Yield what is held of a child that is done."""
        self._done.add(backend)
        yield from self.flush(backend, make)

    def _text(self, backend: str, message: Message) -> Iterator[Message]:
        content = message.content()
        name = str(content.get("name"))
        text = self._held.pop((backend, name), "") + str(content.get("text"))
        if backend not in self._done and len(text) - text.rfind("\n") <= LONGEST_LINE:
            text, held = text[: text.rfind("\n") + 1], text[text.rfind("\n") + 1 :]
            if held:
                self._held[backend, name] = held
        if text:
            yield message.with_content(text=self._marked(backend, name, text))

    def _marked(self, backend: str, name: str, text: str) -> str:
        """Return a text that goes out, below a headline where another backend has spoken before."""
        marked = self._headline(backend, name) + text if self._speaker != backend else text
        self._open_line = "" if text.endswith("\n") else name
        return marked

    def _headline(self, backend: str, name: str) -> str:
        self._speaker = backend
        end_of_line = "\n" if self._open_line == name else ""
        return f"{end_of_line}── {backend} ──\n"
