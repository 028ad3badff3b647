"""Imports point one way: app, serve -> runtime, commands, languages, trace -> config -> core; the core does no I/O."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import multikernel

ROOT = Path(multikernel.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

MAY_IMPORT = {
    "core": {"core"},
    "commands": {"commands", "core"},
    "languages": {"languages", "core"},
    "trace": {"trace", "core"},
    "config": {"config", "core"},
    "runtime": {"runtime", "trace", "core"},
    "exports": {"exports", "config", "core"},
    "cli": {"cli", "commands", "exports", "trace", "config", "core", "__version__"},
}
"""Part of the package -> the parts that it may import; all others, such as `app` and `serve`, may import everything."""

PROBE = "cli/doctor/probe.py"
"""The only module of the command line that may import the runtime as well."""

NOT_IN_CORE = {"asyncio", "os", "select", "selectors", "socket", "subprocess", "tempfile", "threading", "time"}
"""Of the standard library, what waits or does input or output."""

ONLY_COMPUTES = {"yaml"}
"""Of others, what the core may use: a config file reaches it as text."""


def part_of(module: str) -> str:
    """Return `core` for `multikernel.core.cells`."""
    return [*module.split("."), ""][1]


def imported(file: Path) -> Iterator[str]:
    """Yield the full name of each module that a file imports, wherever in the file that is."""
    package = file.relative_to(ROOT.parent).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join((*above, *filter(None, [node.module])))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def in_part(part: str) -> list[Path]:
    return [file for file in FILES if file.relative_to(ROOT).parts[0] == part]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", [file for part in MAY_IMPORT for file in in_part(part)], ids=name)
def test_imports_point_towards_the_core(file: Path) -> None:
    allowed = MAY_IMPORT[file.relative_to(ROOT).parts[0]] | ({"runtime"} if name(file) == PROBE else set())
    ours = [module for module in imported(file) if module.partition(".")[0] == "multikernel"]
    assert {part_of(module) for module in ours} <= allowed, ours


@pytest.mark.parametrize("file", in_part("core"), ids=name)
def test_the_core_needs_nothing_that_waits_or_does_input_or_output(file: Path) -> None:
    foreign = {module.partition(".")[0] for module in imported(file)} - {"multikernel"}
    assert foreign <= (set(sys.stdlib_module_names) - NOT_IN_CORE) | ONLY_COMPUTES


@pytest.mark.parametrize("file", in_part("commands"), ids=name)
def test_commands_need_nothing_but_the_core_and_the_standard_library(file: Path) -> None:
    foreign = {module.partition(".")[0] for module in imported(file)} - {"multikernel"}
    assert foreign <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_nobody_but_the_entry_imports_the_app(file: Path) -> None:
    importers = {part_of(module) for module in imported(file) if module.startswith("multikernel.")}
    assert "app" not in importers or name(file) == "__main__.py"


def test_the_parts_are_there() -> None:
    assert {"core", "commands", "runtime"} <= {part for part in MAY_IMPORT if in_part(part)}
    assert "multikernel.core.protocol.wire.Json" in imported(ROOT / "core" / "actions.py")
    assert "multikernel.core.services.Services" in imported(ROOT / "commands" / "use.py")
