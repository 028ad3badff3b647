"""A `%%` line that no kernel knows gets a hint; a magic that fails gets none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.cells.command_names import NAME
from multikernel.core.cells.hints import hint_for
from multikernel.core.cells.names import Names
from multikernel.core.kernels.installing import LANGUAGES, OF_NAME
from multikernel.core.protocol.wire import Json

from ..desk import configured

ALONE = Names(configured("python3"), frozenset({"use", "backends"}), {"python3": "python"})
CONFIGURED = Names(replace(configured("python3"), file="multikernel.yaml"), frozenset(), {"python3": "python"})
WITH_C = Names(configured("python3", "xcpp"), frozenset(), {"python3": "python", "xcpp": "c++"})


def unknown(name: str) -> Json:
    """Return the content of the reply with which IPython says that it does not know a magic."""
    return {"status": "error", "ename": "UsageError", "evalue": f"Cell magic `%%{name}` not found."}


def test_a_language_without_a_kernel_is_a_hint_how_to_get_one() -> None:
    assert hint_for("R", unknown("R"), ALONE) == (
        "%%R: no kernel for R is installed here. To get one: install.packages('IRkernel'); IRkernel::installspec() in "
        "R, or apt install r-cran-irkernel on Debian; then restart this kernel."
    )
    assert hint_for("jl", unknown("jl"), CONFIGURED) == (
        '%%jl: no backend for Julia is in multikernel.yaml. To get a kernel for it: using Pkg; Pkg.add("IJulia") in '
        "Julia; then add it to that file and restart this kernel."
    )


@pytest.mark.parametrize(
    ("name", "names", "hint"),
    [
        ("pyton", ALONE, "Did you mean %%python?"),
        ("backend", ALONE, "Did you mean %%backends?"),
        ("cpp", WITH_C, "Did you mean %%c++?"),
        ("sql", ALONE, "%%sql is a magic of jupysql's: %pip install jupysql, then %load_ext sql."),
        ("zzz", ALONE, None),
    ],
)
def test_another_name_is_a_hint_what_was_meant(name: str, names: Names, hint: str | None) -> None:
    assert hint_for(name, unknown(name), names) == hint
    said = f"UsageError: Cell magic `%%{name}` not found (But line magic `%{name}` exists, did you mean that instead?)."
    assert hint_for(name, {"name": "stderr", "text": said}, names) == hint
    said = f"UsageError: Line magic function `%%{name}` not found.\n"
    assert hint_for(name, {"name": "stderr", "text": said}, names) == hint


@pytest.mark.parametrize(
    "content",
    [
        {"status": "ok"},
        {"ename": "ZeroDivisionError", "evalue": "division by zero"},
        {"ename": "UsageError", "evalue": "Line magic function `%r` not found."},
        {"ename": "UsageError", "evalue": "Cell magic `%%rr` not found."},
        {"ename": "OperationalError", "evalue": "no such table: r"},
        {"evalue": None},
    ],
)
def test_what_fails_in_another_way_gets_none(content: Json) -> None:
    assert hint_for("r", content, ALONE) is None


@given(st.text() | st.sampled_from(list(OF_NAME)))
def test_every_name_has_a_hint_or_none(name: str) -> None:
    hint = hint_for(name, unknown(name), ALONE)
    assert hint is None or ("\n" not in hint and hint[-1] in ".?")


def test_every_language_has_names_that_can_be_typed_and_are_its_own() -> None:
    names = [name for called, _ in LANGUAGES.values() for name in called.split()]
    assert len(names) == len(set(names)) == len(OF_NAME)
    assert all(NAME.fullmatch(name) and name == name.lower() for name in names)
