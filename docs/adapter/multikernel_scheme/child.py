"""The half of the adapter that runs in the child: it makes Scheme values of nodes, and nodes of Scheme values.

A value that came in, and is the same when it leaves, leaves as the nodes that it came as, so that the types of the
language that it came from are not lost. What it was is remembered here, where no user sees it.
"""

import json
import os
import struct

from calysto_scheme import scheme

CAME_IN = {}
"""Name of a variable -> its nodes in Scheme's words, its nodes as they came."""


MADE = {}
"""Name of a variable -> its value and its nodes, while they are imported."""


class Refused(Exception):
    """A value that has no nodes: path, type, and why in words that may be empty."""


def export_variable(name, value, folder):
    """Write the value of a variable."""
    try:
        nodes = nodes_of(value, "", 0)
    except Refused as refused:
        answer(folder, {"refused": [refused.args]})
        return
    own, came = CAME_IN.get(name, (None, None))
    answer(folder, {"value": came if own == nodes else nodes})


def answer_missing(folder):
    """Say that there is no such variable."""
    answer(folder, {"missing": True})


def make_values(names, folders):
    """Make values of the nodes in `value.json` of folders, for Scheme to define."""
    MADE.clear()
    for name, folder in zip(pythonic(names), pythonic(folders), strict=True):
        with open(os.path.join(folder, "value.json"), encoding="ascii") as file:
            came = json.load(file)
        unpack(came, os.path.join(folder, "data"))
        MADE[name] = value_of(came), came


def value(name):
    """Return a value that has been made."""
    made, came = MADE[name]
    CAME_IN[name] = nodes_of(made, "", 0), came
    return made


def answer_done(folder):
    """Say that all is done."""
    MADE.clear()
    answer(folder, {"done": True})


def list_variables(folder):
    """Write names, types, shapes and bytes of what is not there from the start."""
    names = scheme.get_variables_from_frames(scheme.frames(scheme.toplevel_env))
    given = scheme.get_variables_from_frames(scheme.frames(scheme.make_toplevel_env()))
    found = {str(name) for name in pythonic(names)} - {str(name) for name in pythonic(given)}
    answer(folder, {"variables": [[name, "variable", "", None] for name in sorted(found)]})


def answer(folder, content):
    """Write the answer, as the last thing that is done; in a new file, that nobody sees half written."""
    with open(os.path.join(folder, "answer.json"), "w", encoding="ascii") as file:
        json.dump(content, file)


def pythonic(values):
    """Yield the elements of a Scheme list."""
    while isinstance(values, scheme.cons):
        yield values.car
        values = values.cdr


def nodes_of(value, path, depth):
    """Return the node of a value; Refused."""
    if depth > 90:
        raise Refused(path, "list", "is too deep, or in itself")
    if isinstance(value, bool):
        return {"t": "bool", "v": value}
    if isinstance(value, int):
        return {"t": "int", "v": str(value)}
    if isinstance(value, float):
        return {"t": "float", "v": bits(value)}
    if isinstance(value, complex):
        return {"t": "complex", "v": [bits(value.real), bits(value.imag)]}
    if isinstance(value, str):
        return text_of(value, path)
    if value is scheme.symbol_emptylist:
        return {"t": "list", "v": []}
    if isinstance(value, scheme.Symbol):
        return {**text_of(value.name, path), "as": "scheme:symbol"}
    if isinstance(value, scheme.Vector):
        return {"t": "list", "v": all_nodes(value, path, depth), "as": "scheme:vector"}
    if isinstance(value, scheme.cons) and scheme.list_q(value):
        return {"t": "list", "v": all_nodes(pythonic(value), path, depth)}
    raise Refused(path, type(value).__name__, "")


def all_nodes(values, path, depth):
    return [nodes_of(value, f"{path}[{at}]", depth + 1) for at, value in enumerate(values)]


def text_of(text, path):
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(path, "string", "is no Unicode text") from None
    return {"t": "text", "v": text}


def bits(number):
    return struct.pack(">d", number).hex()


def unpack(node, path):
    """Put what is in the data file into the nodes themselves."""
    if "packed" in node:
        array = node.pop("packed")
        node["v"] = ELEMENTS[array["dtype"]](read(path, array["data"]), array["shape"][0])
    elif node["t"] == "list":
        for item in node["v"]:
            unpack(item, path)
    elif "data" in node:
        node["v"] = read(path, node.pop("data")).decode()


def read(path, place):
    offset, length = place
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)


ELEMENTS = {
    "b1": lambda raw, count: [{"t": "bool", "v": bool(byte)} for byte in raw],
    "i8": lambda raw, count: [{"t": "int", "v": str(number)} for number in struct.unpack(f"<{count}q", raw)],
    "f8": lambda raw, count: [{"t": "float", "v": raw[at : at + 8][::-1].hex()} for at in range(0, len(raw), 8)],
    "text": lambda raw, count: [{"t": "text", "v": part.decode()} for part in raw.split(b"\xff")] if count else [],
}


def value_of(node):
    """Return the value of a node, whose tag is heeded if it is one of ours."""
    kind, tag, content = node["t"], node.get("as", ""), node["v"]
    if kind == "int":
        return int(content)
    if kind == "float":
        return number(content)
    if kind == "complex":
        return complex(*map(number, content))
    if kind == "text" and tag == "scheme:symbol":
        return scheme.make_symbol(content)
    if kind == "list":
        values = [value_of(item) for item in content]
        return scheme.Vector(values) if tag == "scheme:vector" else scheme.List(*values)
    return content


def number(digits):
    return struct.unpack(">d", bytes.fromhex(digits))[0]
