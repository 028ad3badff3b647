"""What to run before a value can be exported: statements in Python for the parts that cannot."""

import sys
from typing import Any

Step = tuple[str, Any]
"""How one gets from a value to a part of it, and the key. The first is a key of `ACCESS`.

What is to be put in place of a `field` takes the place of the whole table."""

ACCESS = {
    "": "{above}",
    "key": "{above}[{key}]",
    "item": "{above}[{key}]",
    "tuple": "{above}[{key}]",
    "set": "{above}",
    "place": "{above}[list({above})[{key}]]",
    "column": "{above}[{key}]",
    "column_at": "{above}[{above}.columns[{key}]]",
    "twin": "{above}[{key}]",
    "field": "{above}[{key}]",
    "row": "{above}.iloc[{key}]",
    "index": "{above}.index",
}
MOST_KEYS = 8
"""Keys that a statement lists."""

MODULES = {"np": "numpy", "pd": "pandas", "pa": "pyarrow", "pl": "polars", "dt": "datetime"}


def access(name: str, steps: "list[Step]") -> str:
    """Return an expression for a part of a variable."""
    for how, key in steps:
        name = ACCESS[how].replace("{above}", name).replace("{key}", repr(key))
    return name


def grouped(refused: "list[tuple[list[Step], Any]]") -> "list[tuple[list[list[Step]], Any]]":
    """Return refusals with all steps that they are of: those of one container and of one kind are one."""
    groups: dict[Any, tuple[list[list[Step]], Any]] = {}
    for steps, refusal in refused:
        key = (repr(steps[:-1]), steps[-1][0], refusal.kind, refusal.why, refusal.instead)
        groups.setdefault(key, ([], refusal))[0].append(steps)
    return list(groups.values())


def rows(name: str, refused: "list[tuple[list[Step], Any]]", variables: "dict[str, Any]") -> "list[list[str]]":
    """Return refusals as path, kind and why, with what to run."""
    found = []
    for places, refusal in grouped(refused):
        first = places[0]
        why = refusal.why or "cannot be copied"
        if len(places) > 1:
            why = f"and {len(places) - 1} more like it: {why}"
        code = statement(name, places, refusal.instead, variables) if refusal.instead else ""
        found.append([access("", first), refusal.kind, f"{why}; run `{code}` first" if code else why])
    return found


def statement(name: str, places: "list[list[Step]]", instead: str, variables: "dict[str, Any]") -> str:
    """Return a statement that puts an expression in place of parts of one container; empty where there is none.

    In the expression `{x}` is the part, and `{np}`, `{pd}` and so on are modules; `!` begins one that is a statement.
    """
    for short, module in MODULES.items():
        if f"{{{short}}}" in instead:
            instead = instead.replace(f"{{{short}}}", module_name(module, variables))
    steps = places[0]
    first = access(name, steps)
    how, _ = steps[-1] if steps else ("", None)
    above = access(name, steps[:-1])
    if instead.startswith("!"):
        return instead[1:].replace("{x}", first)
    if how == "":
        return f"{first} = {instead.replace('{x}', first)}"
    each = f"{instead.replace('{x}', 'each')} if type(each) is type({first}) else each"
    if how in ("tuple", "set"):
        kind = "tuple" if how == "tuple" else f"type({above})"
        return statement(
            name,
            [steps[:-1]],
            f"{kind}({each if how == 'tuple' else instead.replace('{x}', 'each')} for each in {above})",
            variables,
        )
    if how == "row":
        return statement(name, [steps[:-1]], f"{above}.map(lambda each: {each})", variables)
    if how == "index":
        return statement(name, [steps[:-1]], f"{above}.set_axis({instead.replace('{x}', first)})", variables)
    if how == "twin":
        return ""
    if how == "field":
        return statement(name, [steps[:-1]], instead, variables)
    if not is_assignable(steps[:-1]):
        return ""
    if len(places) == 1:
        return f"{first} = {instead.replace('{x}', first)}"
    part = ACCESS[how].replace("{above}", above).replace("{key}", "key")
    return f"for key in {keys(how, above, first, places)}: {part} = {instead.replace('{x}', part)}"


def keys(how: str, above: str, first: str, places: "list[list[Step]]") -> str:
    """Return an expression for the keys of parts of one kind."""
    if len(places) <= MOST_KEYS:
        return repr([steps[-1][1] for steps in places])
    if how == "column":
        return f"[key for key in {above} if {above}[key].dtype == {first}.dtype]"
    if how == "column_at":
        return f"[key for key in range({above}.shape[1]) if {above}.iloc[:, key].dtype == {first}.dtype]"
    pairs = {"item": f"enumerate({above})", "place": f"enumerate({above}.values())"}.get(how, f"{above}.items()")
    return f"[key for key, each in {pairs} if type(each) is type({first})]"


def is_assignable(steps: "list[Step]") -> bool:
    """Whether a part can be put into what steps lead to: no copy is on the way."""
    return not any(how in ("set", "twin", "index") for how, _ in steps)


def module_name(module: str, variables: "dict[str, Any]") -> str:
    """Return what the user calls a module; an expression that imports it if it has no name."""
    found = sys.modules.get(module)
    for name, value in list(variables.items()):
        if found is not None and value is found and not name.startswith("_"):
            return name
    return f"__import__({module!r})"
