"""What Multi calls in a Python child; each writes an answer, and raises nothing."""

import json
import os
from typing import Any

from . import advice, export_kinds, import_kinds, listing
from .exporter import Exporter
from .files import Data, Refused, answer
from .importer import Importer
from .memory import MEMORY, origin_of
from .settings import own_settings


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


def import_variable(variables: dict[str, Any], name: str, folder: str) -> None:
    """Make a variable of the node in `value.json`."""
    with own_settings():
        MEMORY.forget(variables)
        try:
            with open(os.path.join(folder, "value.json"), encoding="ascii") as file:
                node = json.load(file)
            importer = Importer(folder, import_kinds.KINDS)
            value = importer.value(node)
            if importer.refused:
                answer(folder, {"refused": [refusal(each) for each in importer.refused]})
                return
            origin = origin_of(node, value)
        except Exception as error:
            answer(folder, failure(error))
            return
        variables[name] = value
        MEMORY.note(name, value, origin)
        answer(folder, {"done": True})


def list_variables(variables: dict[str, Any], folder: str) -> None:
    """Write which variables the user has made."""
    with own_settings():
        answer(folder, listing.listing(variables))


def failure(error: Exception) -> dict[str, Any]:
    """Return the answer for what a library or this one has raised."""
    if isinstance(error, Refused):
        return {"refused": [refusal(error)]}
    return {"failed": f"{type(error).__name__}: {error}"}


def refusal(error: Refused) -> "list[str]":
    """Return a refusal as path, type, why and need."""
    return [error.path, error.kind, error.why, error.instead.partition("need:")[2]]
