"""What docs/architecture.md promises: no circles, features that only the router knows, one writer for each field."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from .test_imports import FILES, ROOT, imported, name

CORE = ROOT / "core"
FEATURES = CORE / "features"

WRITTEN_BY = re.compile(r"Written\s+by\s+(\w+)\.")

MUTATORS = frozenset("append add clear discard extend insert pop popitem popleft remove setdefault update".split())  # noqa: SIM905

CONTAINERS = ("list", "dict", "set", "deque", "defaultdict", "OrderedDict", "Bounded", "Counter")


def module_of(file: Path) -> str:
    """Return `multikernel.core.cells` for core/cells/__init__.py, and so on."""
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in FILES}


def imports_of(file: Path) -> set[str]:
    """Return the modules of the package that a file imports from, wherever in the file."""
    found = set()
    for full in imported(file):
        module = full if full in MODULES else full.rpartition(".")[0]
        if module in MODULES and MODULES[module] != file:
            found.add(module)
    return found


GRAPH = {module: imports_of(file) for module, file in MODULES.items()}


def reachable(start: str) -> set[str]:
    seen: set[str] = set()
    todo = list(GRAPH[start])
    while todo:
        if (module := todo.pop()) not in seen:
            seen.add(module)
            todo += GRAPH[module]
    return seen


def test_no_module_imports_itself_however_far_around() -> None:
    assert [module for module in GRAPH if module in reachable(module)] == []


def feature_of(module: str) -> str:
    """Return the feature that a module belongs to: `comms` for `multikernel.core.features.comms.checks`."""
    parts = module.split(".")
    return parts[3] if parts[1:3] == ["core", "features"] and len(parts) > 3 else ""


@pytest.mark.parametrize("file", [file for file in FILES if FEATURES in file.parents], ids=name)
def test_no_feature_knows_another(file: Path) -> None:
    mine = feature_of(module_of(file))
    assert {feature_of(module) for module in GRAPH[module_of(file)]} <= {mine, ""}


@pytest.mark.parametrize("file", [file for file in FILES if FEATURES not in file.parents], ids=name)
def test_the_router_alone_knows_which_features_there_are(file: Path) -> None:
    known = {feature_of(module) for module in GRAPH[module_of(file)]} - {""}
    assert not known or file == CORE / "router.py"


@pytest.mark.parametrize("file", [file for file in FILES if CORE in file.parents], ids=name)
def test_nothing_in_the_core_knows_the_router(file: Path) -> None:
    assert "multikernel.core.router" not in GRAPH[module_of(file)]


def is_foreign(node: ast.expr) -> bool:
    """Whether an expression is an attribute of anything but `self`, and not of a name that is private."""
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Attribute) and not is_own and not node.attr.startswith("_")


def targets_of(node: ast.AST, containers: frozenset[str]) -> Iterator[ast.expr]:
    """Yield what a statement assigns to or deletes, or the container that a call changes in place."""
    match node:
        case ast.Assign() | ast.Delete():
            yield from node.targets
        case ast.AugAssign() | ast.AnnAssign():
            yield node.target
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=field) as changed, attr=method)):
            if method in MUTATORS and field in containers:
                yield changed


def writes(tree: ast.AST, containers: frozenset[str]) -> Iterator[str]:
    """Yield the name of each field that code writes in an object other than `self`."""
    for node in ast.walk(tree):
        for target in targets_of(node, containers):
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                field = part.value if isinstance(part, ast.Subscript) else part
                if is_foreign(field):
                    assert isinstance(field, ast.Attribute)
                    yield field.attr


def fields() -> Iterator[tuple[str, str, str, str]]:
    """Yield the module, the name, the type and the docstring of each annotated field in the core."""
    for file in FILES:
        if CORE in file.parents:
            for cls in ast.walk(ast.parse(file.read_text("utf-8"))):
                body = cls.body if isinstance(cls, ast.ClassDef) else []
                for node, after in pairwise([*body, ast.Pass()]):
                    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                        has_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                        text = str(after.value.value) if has_text else ""  # type: ignore[attr-defined]
                        yield file.stem, node.target.id, ast.unparse(node.annotation), text


def test_a_field_has_one_writer_which_declares_it_or_is_named_where_it_is_declared() -> None:
    declared = list(fields())
    containers = frozenset(field for _, field, kind, _ in declared if kind.startswith(CONTAINERS))
    may_write: defaultdict[str, set[str]] = defaultdict(set)
    for module, field, _, text in declared:
        named = WRITTEN_BY.search(text)
        may_write[field].add(named[1] if named else module)
    writers: defaultdict[str, set[str]] = defaultdict(set)
    for file in FILES:
        if CORE in file.parents:
            for field in writes(ast.parse(file.read_text("utf-8")), containers):
                writers[field].add(file.stem)
    wrong = {field: by for field, by in writers.items() if len(by) > 1 or not by <= may_write[field]}
    assert wrong == {}
    assert [field for _, field, _, text in declared if WRITTEN_BY.search(text) and field not in writers] == []


def test_tests_lie_as_the_code_lies() -> None:
    tests = ROOT.parent / "tests"
    folders = {file.parent.relative_to(ROOT) for file in FILES}
    for part in ("core", "config", "trace", "commands"):
        for file in (tests / part).rglob("test_*.py"):
            assert file.parent.relative_to(tests) in folders, file
