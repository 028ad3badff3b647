"""What Tab offers in a header line, by its text alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.cells.completions import Offers, offers_in
from multikernel.core.cells.names import Names

from .grammar import CONFIG, LANGUAGES, NAMES


def offers(text: str, names: Names = NAMES) -> Offers | None:
    """Return what is offered where `|` is the cursor."""
    return offers_in(text.replace("|", ""), text.index("|"), names, "python3")


@pytest.mark.parametrize(("text", "found"), [("%%python,o|", ["odd"]), ("%%nope,py,i|", ["ir"]), ("%%odd,zz|", [])])
def test_in_a_list_the_last_name_is_completed(text: str, found: list[str]) -> None:
    offered = offers(text)
    assert offered is not None
    assert offered.matches == tuple((name, "backend") for name in found)
    assert text.replace("|", "")[offered.start :] == text.rpartition(",")[2].rstrip("|")
    assert not offered.is_name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%%b|", ["backend %%bash", "command %%backends"]),
        ("\n%%use r\n%%I|", ["backend %%ir", "command %%interrupt"]),
        ("%%p|x", ["backend %%py", "backend %%python", "backend %%python3", "command %%parts"]),
        ("%%zz|", []),
        ("%%use p|", ["backend py", "backend python", "backend python3"]),
        ("%%start ir O|", ["backend odd"]),
        ("%%start -|", ["option --now"]),
        ("%%use -|", []),
        ("%%help r|", ["backend r", "command restart"]),
        ("%%bash |", ["option -i", "option -o", "option --bg", "option --input", "option --output"]),
        ("%%parts -|", ["option --bg"]),
        ("%%parts |", ["option --bg"]),
        ("%%r --b|", ["option --bg"]),
        ("%%bash,r |", ["-i", "-o", "--scatter", "--gather", "--bg", "--input", "--output"]),
        ("%%bash,r --i|", ["option --input"]),
        ("%%wait o|", ["backend odd"]),
        ("%%wait -|", []),
        ("%%bash,nope -|", []),
        (
            "%%r -|",
            [
                "-i",
                "-o",
                "--bg",
                "-w",
                "-h",
                "-u",
                "-r",
                "--input",
                "--output",
                "--width",
                "--height",
                "--units",
                "--res",
            ],
        ),
        ("%%r -i x --w|", ["option --width"]),
        ("%%r -u |", ["option px", "option in", "option cm", "option mm"]),
        ("%%r --units c|", ["option cm"]),
        ("%%r -w |", []),
        ("%%r # -|", []),
    ],
)
def test_names_and_options_are_offered_with_their_types_backends_first(text: str, found: list[str]) -> None:
    offered = offers(text)
    assert offered is not None
    assert [f"{kind} {match}" for match, kind in offered.matches] == [
        match if " " in match else f"option {match}" for match in found
    ]
    assert text.replace("|", "")[offered.start : text.index("|")] in ("", *text[: text.index("|")].split())
    assert offered.is_name == (" " not in text[: text.index("|")].rpartition("\n")[2])
    assert offered.variables_of is None


@pytest.mark.parametrize(
    ("text", "backend", "prefix"),
    [
        ("%%r -i |", "python3", ""),
        ("%%r --input d|", "python3", "d"),
        ("%%r -i a,b,c|", "python3", "c"),
        ("%%r -i a, |", "python3", ""),
        ("%%r -i new=o|ld", "python3", "o"),
        ("%%r -i bash:X|", "bash", "X"),
        ("%%r -i new=js:x|", "js", "x"),
        ("%%r -i nobody:x|", None, ""),
        ("%%use bash\n%%r -i x|", "bash", "x"),
        ("%%use nothing\n%%r -i x|", "python3", "x"),
        ("%%backends\n%%r -i x|", "python3", "x"),
        ("%%r -o f|", "ir", "f"),
        ("%%r -i a -o bash:new=f|", "ir", "f"),
        ("%%r -o bash:f|", "ir", "f"),
    ],
)
def test_behind_i_and_o_it_is_known_whose_variables_could_stand_there(
    text: str, backend: str | None, prefix: str
) -> None:
    offered = offers(text)
    assert offered is not None
    assert (offered.matches, offered.variables_of) == ((), backend)
    assert text.replace("|", "")[offered.start : text.index("|")] == prefix


def test_what_stands_behind_the_kernel_s_own_magic_is_the_kernel_s() -> None:
    assert offers("%%time im|") is None


def test_behind_a_name_that_is_not_clear_nothing_is_offered() -> None:
    several = Names(CONFIG, NAMES.commands, {**LANGUAGES, "ir": "s", "bash": "s"})
    assert offers("%%s -|", several) == Offers((), 4)


@given(st.text(st.sampled_from("%r use-ioh#,=:\nxé ")), st.data())
def test_whatever_stands_in_a_line_something_is_offered_or_nothing(text: str, data: st.DataObject) -> None:
    code = f"%%{text}"
    position = data.draw(st.integers(2, len(code)))
    offered = offers_in(code, position, NAMES, "python3")
    assert offered is None or 0 <= offered.start <= position
