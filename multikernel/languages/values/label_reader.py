"""Reads what keys and columns are called, and finds that again by the texts that stood for it."""

from collections.abc import Callable
from typing import Any, TypeGuard

from .checks import refuse, texts, word
from .nodes import (
    Bool,
    Complex,
    Date,
    DateTime,
    Duration,
    Float,
    Int,
    Label,
    Labels,
    List,
    Node,
    Null,
    Text,
    Time,
)

Read = Callable[[object], Node]
"""Returns the node of JSON, which has nothing in a data file; ManifestError."""


def labels_by_text(value: Any, found: tuple[str, ...], read: Read) -> tuple[tuple[str, ...], Labels | None]:
    """Return the texts that are there now, with their labels: what is new is called as its text is.

    Where all labels are nothing but texts, they are the texts, and there are no labels; neither are there any where no
    text is one that came.
    """
    if value is None:
        return found, None
    came = texts(value.get("k") if isinstance(value, dict) else None, "texts of labels")
    labels = labels_of(value, len(came), read)
    known = dict(zip(came, labels.values, strict=True))
    if len(known) < len(came):
        refuse("labels of which two have the same text")
    if found and not any(text in known for text in found):
        return found, None
    now = tuple(known.get(text) or Text(text) for text in found)
    plain = tuple(label.value for label in now if isinstance(label, Text) and not label.tag)
    if len(plain) == len(now) and not (labels.tag or labels.more):
        return plain, None
    return found, Labels(now, labels.more, tag=labels.tag)


def labels_of(value: Any, count: int, read: Read) -> Labels:
    """Return labels, of which there are so many; ManifestError."""
    if not isinstance(value, dict):
        refuse("labels that are no object")
    labels = _labels(value.get("v"), read)
    if len(labels) != count:
        refuse(f"{len(labels)} labels for {count} texts")
    return Labels(labels, _labels(value.get("more", []), read), tag=word(value, "as"))


def _labels(value: object, read: Read) -> tuple[Label, ...]:
    if not isinstance(value, list):
        refuse("labels that are no list")
    return tuple(_label(read(item)) for item in value)


def _label(node: Node) -> Label:
    if not _is_label(node):
        refuse(f"the label {type(node).__name__}")
    return node


def _is_label(node: Node) -> TypeGuard[Label]:
    match node:
        case Text(data=data):
            return data is None
        case List(items=items, packed=None):
            return all(map(_is_label, items))
        case _:
            return isinstance(node, Null | Bool | Int | Float | Complex | Date | Time | DateTime | Duration)
