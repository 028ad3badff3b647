"""What Multi calls in a Python child; each writes an answer, and raises nothing."""

import json
import os
from typing import Any, Optional

from . import advice, listing, own_tags
from .exporting import kinds as export_kinds
from .exporting.exporter import Exporter
from .files import Data, Refused, answer
from .importing import kinds as import_kinds
from .importing.importer import Importer
from .memory import MEMORY, Origin, origin_of
from .preview import Preview
from .settings import own_settings


class PartsRefused(Exception):
    """Parts of a value that Python cannot have."""

    def __init__(self, parts: "list[Refused]") -> None:
        super().__init__()
        self.parts = parts


def export_variable(variables: dict[str, Any], name: str, folder: str) -> None:
    """Write the value of a variable."""
    with own_settings():
        MEMORY.forget(variables)
        if name not in variables:
            answer(folder, {"missing": True})
            return
        value = variables[name]
        data = Data(folder)
        exporter = Exporter(data, export_kinds.KINDS, export_kinds.LIBRARIES)
        try:
            node = exporter.value(value, MEMORY.origin(name, value))
            rows = advice.rows(name, exporter.refused, variables)
            answer(folder, {"refused": rows} if rows else {"value": node})
        except Exception as error:
            answer(folder, failure(error))
        finally:
            data.close()


def import_variables(variables: "dict[str, Any]", values: "list[tuple[str, str]]", is_trial: bool) -> None:
    """Make variables of the nodes in `value.json` of folders, all or none; the first folder gets the answer."""
    with own_settings():
        MEMORY.forget(variables)
        made = []
        for at, (name, folder) in enumerate(values):
            try:
                found = imported(folder)
            except Exception as error:
                answer(values[0][1], {**failure(error), "at": at})
                return
            made.append((name, *found))
        if not is_trial:
            for name, value, origin in made:
                variables[name] = value
                MEMORY.note(name, value, origin)
        answer(values[0][1], {"done": True})


def imported(folder: str) -> "tuple[Any, Optional[Origin]]":
    """Return the value of the node in a folder, and its origin; PartsRefused."""
    with open(os.path.join(folder, "value.json"), encoding="ascii") as file:
        node = json.load(file)
    importer = Importer(folder, import_kinds.KINDS)
    value = importer.value(node)
    if importer.refused:
        raise PartsRefused(importer.refused)
    return value, origin_of(node, value, own_tags.is_lost)


def list_variables(variables: dict[str, Any], folder: str) -> None:
    """Write which variables the user has made."""
    with own_settings():
        answer(folder, listing.listing(variables))


def preview_variable(variables: dict[str, Any], name: str, folder: str, *sizes: int) -> None:
    """Write the beginning of a variable's value."""
    with own_settings():
        try:
            answer(folder, Preview(*sizes).of(variables[name]) if name in variables else {"missing": True})
        except Exception as error:
            answer(folder, {"failed": str(error)})


def failure(error: Exception) -> dict[str, Any]:
    """Return the answer for what a library or this one has raised."""
    if isinstance(error, PartsRefused):
        return {"refused": [refusal(each) for each in error.parts]}
    if isinstance(error, Refused):
        return {"refused": [refusal(error)]}
    return {"failed": f"{type(error).__name__}: {error}"}


def refusal(error: Refused) -> "list[str]":
    """Return a refusal as path, type, why and need."""
    return [error.path, error.kind, error.why, error.instead.partition("need:")[2]]
