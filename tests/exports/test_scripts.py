"""What the script of each backend holds."""

import pytest

from multikernel.exports.dialects import first_line, suffix
from multikernel.exports.scripts import RefusedCell, Source, scripts_of

from .notebooks import reader_for

NAMES = reader_for().names


def scripts(*codes: str, below: str = "") -> dict[str, str]:
    """Return the scripts of cells, by backend."""
    sources = [Source(number, code) for number, code in enumerate(codes, 1)]
    return {script.backend: script.code for script in scripts_of(sources, NAMES, below)}


def test_each_cell_is_in_the_script_of_its_backend_in_order() -> None:
    assert scripts("1", "%%r # why\n2", "%%use r", "3", "%%python\n4") == {
        "python": "# Cell 1\n1\n\n# Cell 5\n# %%python\n4\n",
        "r": "# Cell 2\n# %%r # why\n2\n\n# Cell 3\n# %%use r\n\n# Cell 4\n3\n",
    }


def test_several_backends_of_a_broadcast_have_it_each() -> None:
    assert scripts("%%python,r\n1") == dict.fromkeys(("python", "r"), "# Cell 1\n# %%python,r\n1\n")


def test_parts_are_each_in_the_script_of_their_own() -> None:
    assert scripts("%%restart r\n%%parts\n# a\n%%bash\nls\n%%r\n%%python\n1") == {
        "bash": "# Cell 1\n# %%restart r\n# %%parts\n# # a\n# %%bash\nls\n",
        "python": "# Cell 1\n# %%python\n1\n",
    }


def test_copies_are_comments_that_say_what_to_set_and_where() -> None:
    assert scripts("n = 1", "%%r -i a=n -o b\nb <- a") == {
        "python": "# Cell 1\nn = 1\n\n# Cell 2, on r\n# Here the notebook copies n from python to r as a.\n"
        "# Set b here: the notebook copies b from r to python.\n",
        "r": "# Cell 2\n# %%r -i a=n -o b\n# Set a here: the notebook copies n from python to r as a.\nb <- a\n"
        "# Here the notebook copies b from r to python.\n",
    }


def test_scatter_and_gather_are_copies_too() -> None:
    found = scripts("1", "%%py2,r --scatter n --gather x\nx")
    assert "# Here the notebook copies chunks of n from python to py2, r.\n" in found["python"]
    assert "# Set x here: the notebook copies x from py2, r to python.\n" in found["python"]
    assert "# Set n here: the notebook copies chunks of n from python to py2, r.\n" in found["r"]
    assert found["r"].endswith("# Here the notebook copies x from py2, r to python.\n")


def test_commands_are_comments_where_the_backends_that_they_name_are() -> None:
    found = scripts("1", "%%r\n2", "%%restart r", "%%backends", "%%log nobody", "%%r")
    assert found["python"] == "# Cell 1\n1\n\n# Cell 4\n# %%backends\n\n# Cell 5\n# %%log nobody\n"
    assert found["r"] == "# Cell 2\n# %%r\n2\n\n# Cell 3\n# %%restart r\n\n# Cell 6\n# %%r\n"


def test_magics_are_calls_as_in_ipythons_own_export() -> None:
    assert scripts("%pwd", "%%python\n%%time\n1\n")["python"] == (
        "# Cell 1\nget_ipython().run_line_magic('pwd', '')\n\n"
        "# Cell 2\n# %%python\nget_ipython().run_cell_magic('time', '', '1\\n')\n"
    )
    assert scripts("%%bash\n%pwd") == {"bash": "# Cell 1\n# %%bash\n%pwd\n"}


def test_text_is_a_comment_in_the_script_of_the_cell_below_it() -> None:
    found = scripts_of([Source(2, "%%r\n1", "# Title\n\nwords"), Source(3, " ", "more")], NAMES, "end")
    assert {script.backend: script.code for script in found} == {"r": "# # Title\n#\n# words\n\n# Cell 2\n# %%r\n1\n"}
    found = scripts_of([Source(1, "1"), Source(3, "", "more")], NAMES, "end")
    assert [script.code for script in found] == ["# Cell 1\n1\n\n# more\n\n# end\n"]


def test_what_runs_nothing_has_no_script() -> None:
    assert scripts("%%use r", "%%backends", "") == {}
    assert set(scripts("1", "%%r -i x")) == {"python"}


def test_a_refused_cell_is_named() -> None:
    with pytest.raises(RefusedCell, match=r"^cell 2: There is no backend 'rr' \(did you mean 'r'\?\)\.$"):
        scripts("1", "%%use rr\n1")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("python", ".py"),
        ("r", ".R"),
        ("bash", ".sh"),
        ("julia", ".jl"),
        ("haskell", ".hs"),
        ("klingon", ".txt"),
        ("", ".txt"),
    ],
)
def test_suffixes_are_those_that_people_know(language: str, expected: str) -> None:
    assert suffix(language) == expected


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "1", "#!/usr/bin/env python3\n"),
        ("python", "get_ipython().system('ls')", "#!/usr/bin/env ipython\n"),
        ("bash", "ls", "#!/usr/bin/env bash\n"),
        ("klingon", "", ""),
    ],
)
def test_a_script_says_what_runs_it(language: str, code: str, expected: str) -> None:
    assert first_line(language, code) == expected
