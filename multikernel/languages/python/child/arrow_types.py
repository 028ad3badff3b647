"""Types of pyarrow as text, and back: what its own `str` says, but for names within, which are in quotes."""

import json
from typing import Any

from .files import Refused

LONGEST = 900
"""Characters: a tag may have 1000."""


def is_nested(kind: Any) -> bool:
    """Whether a type is one of lists or structs."""
    import pyarrow as pa

    types = pa.types
    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list or types.is_struct(kind))


def type_text(kind: Any) -> str:
    """Return a type as text; Refused for one that is made of others in a way that nobody else has."""
    text = _text(kind)
    if len(text) > LONGEST:
        raise Refused(str(kind)[:60] + "…", "has too many fields")
    return text


def _text(kind: Any) -> str:
    import pyarrow as pa

    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        return f"{'large_' if types.is_large_list(kind) else ''}list<{_field(kind.value_field)}>"
    if types.is_fixed_size_list(kind):
        return f"fixed_size_list<{_field(kind.value_field)}>[{kind.list_size}]"
    if types.is_struct(kind):
        return f"struct<{', '.join(_field(kind.field(at)) for at in range(kind.num_fields))}>"
    if types.is_nested(kind):
        raise Refused(str(kind))
    return str(kind)


def _field(field: Any) -> str:
    import pyarrow as pa

    if field.metadata:
        raise Refused(str(field.type), "has metadata, which no other language has")
    if pa.types.is_dictionary(field.type):
        raise Refused(str(field.type), "within lists or structs cannot be copied")
    return f"{json.dumps(field.name)}: {_text(field.type)}{'' if field.nullable else ' not null'}"


def type_named(text: str) -> Any:
    """Return the type of a text; ValueError where it is none."""
    kind, rest = _Reader(text).kind()
    if rest:
        raise ValueError(text)
    return kind


class _Reader:
    """Reads a type from its beginning; each method returns what it found, and the rest of the text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def kind(self) -> "tuple[Any, str]":
        import pyarrow as pa

        kind = self._word("<[(,> ")
        if self._text[:1] != "<" or kind == "dictionary":
            return plain_type(kind + self._arguments()), self._text
        fields = self._fields()
        if kind == "struct":
            return pa.struct(fields), self._text
        (field,) = fields
        if kind == "fixed_size_list":
            return pa.list_(field, int(self._arguments()[1:-1])), self._text
        return {"list": pa.list_, "large_list": pa.large_list}[kind](field), self._text

    def _fields(self) -> "list[Any]":
        import pyarrow as pa

        fields: list[Any] = []
        self._take("<")
        while not self._has(">"):
            if fields:
                self._take(", ")
            name, end = json.JSONDecoder().raw_decode(self._text)
            self._text = self._text[end:]
            self._take(": ")
            kind, _ = self.kind()
            fields.append(pa.field(name, kind, nullable=not self._has(" not null")))
        return fields

    def _word(self, ends: str) -> str:
        at = next((at for at, character in enumerate(self._text) if character in ends), len(self._text))
        word, self._text = self._text[:at], self._text[at:]
        return word

    def _arguments(self) -> str:
        """Take what is in brackets."""
        end = {"[": "]", "(": ")", "<": ">"}.get(self._text[:1])
        at = self._text.index(end) + 1 if end else 0
        found, self._text = self._text[:at], self._text[at:]
        return found

    def _has(self, text: str) -> bool:
        if not self._text.startswith(text):
            return False
        self._text = self._text[len(text) :]
        return True

    def _take(self, text: str) -> None:
        if not self._has(text):
            raise ValueError(self._text)


def plain_type(name: str) -> Any:
    """Return a type that is not made of others by what it is printed as; ValueError for one that is not known."""
    import pyarrow as pa

    kind, _, arguments = name.partition("[")
    if kind == "timestamp":
        unit, _, zone = arguments.removesuffix("]").partition(", tz=")
        return pa.timestamp(unit, zone) if zone else pa.timestamp(unit)
    if kind == "fixed_size_binary":
        return pa.binary(int(arguments.removesuffix("]")))
    if name.startswith("decimal"):
        kind, _, arguments = name.partition("(")
        precision, _, scale = arguments.removesuffix(")").partition(", ")
        makers = {f"decimal{bits}": getattr(pa, f"decimal{bits}", None) for bits in (32, 64, 128, 256)}
        if makers.get(kind) is None:
            raise ValueError(name)
        return makers[kind](int(precision), int(scale))  # type: ignore[misc]
    return pa.type_for_alias("date64" if kind == "date64" else name.replace("[day]", ""))
