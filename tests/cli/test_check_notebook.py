"""`multikernel check NOTEBOOK` finds cells that Multi would refuse, and cells that mislead other tools."""

import json

import pytest

from .conftest import Machine, Run

CONFIG = """\
default: python
backends:
  python: {kernel: python3, aliases: [py]}
  r: {kernel: ir}
  odd: {kernel: odd}
  gone: {kernel: gone}
"""


@pytest.fixture(autouse=True)
def kernels(machine: Machine) -> None:
    """Install R, which has no magics, and an unknown kernel."""
    machine.add_kernel("ir", "R", ["/bin/sh", "--slave", "-e", "IRkernel::main()"])
    machine.add_kernel("odd", "odd", ["/bin/sh", "-m", "odd"])
    machine.write("multikernel.yaml", CONFIG)


@pytest.mark.parametrize(("language", "code"), [("python", 0), ("ada", 1)])
def test_text_in_a_string_is_one_in_the_language_that_the_config_states(
    machine: Machine, run: Run, language: str, code: int
) -> None:
    machine.add_kernel("mute", "")
    machine.write("multikernel.yaml", f"{CONFIG}  mute: {{kernel: mute, language: {language}}}\n")
    machine.write_notebook("%%use mute", "s = '''\n%%r\n'''")
    assert run("check", "n.ipynb").code == code


def test_a_notebook_in_which_every_cell_can_run_has_no_mistakes(machine: Machine, run: Run) -> None:
    machine.write_notebook(
        "1",
        "%%r\nx",
        "%%time\n1",
        "",
        "%%backends",
        "%%restart r --now",
        "%%use r\n",
        "%%r\nx",
        "%%use py",
        "s = '''\n%%r\n'''",
        "#md\n%%r",
        "%%start r\n%%r\nx",
        "%%help r",
        "%%help use",
    )
    result = run("check", "n.ipynb")
    assert (result.code, result.lines) == (0, ["n.ipynb: no mistakes"])


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (
            "%%use rr\n",
            "There is no backend 'rr' (did you mean 'r'?).",
        ),
        ("%%restart q", "There is no backend 'q'; there are gone, odd, python, r."),
        (
            "%%r -q df\nx",
            "%%r takes no option '-q', only -i and -o, with variables to copy, --scatter and --gather for several "
            "backends, --bg, and in R -w, -h, -u and -r for plots. The line without it: %%r; if it is a line of "
            "python's own, put %%python above it",
        ),
        (
            "%%backends\nx",
            "There is code below %%backends, but no backend to run it: add a line such as %%python above the code, or "
            "move the code to a cell of its own.",
        ),
        (
            "x\n%%r\nx",
            "Line 2: %%r is below code, where no header line can be: put it at the top, or in a cell of its own; if it "
            "is meant for python as it is, put %%python at the top.",
        ),
        (
            "  %%r\nx",
            "Line 1: %%r is indented, but a header line must begin in the first column: remove the indent; if it is "
            "meant for python as it is, put %%python at the top.",
        ),
        (
            "%%capture c\n%%r\nx",
            "Line 2: %%r is below %%capture, which runs what is below it in python: put %%r at the top, without "
            "%%capture; if it is meant for python as it is, put %%python at the top.",
        ),
    ],
)
def test_a_cell_that_multi_would_refuse_is_reported_with_its_error(
    machine: Machine, run: Run, cell: str, what: str
) -> None:
    machine.write_notebook("#md", "1", cell)
    result = run("check", "n.ipynb")
    assert (result.code, result.lines) == (1, [f"n.ipynb: cell 3 (id c): {what}"])


def test_an_unknown_header_is_a_mistake_if_the_default_has_no_magics(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: r\nbackends: {r: {kernel: ir}, python: {kernel: python3}}\n")
    machine.write_notebook("%%pyton\n1", "%%time\n1", "x\n%%python")
    result = run("check", "n.ipynb")
    assert result.code == 1
    assert [line[:60] for line in result.lines] == [
        "n.ipynb: cell 1 (id a): %%pyton is neither a command nor a b",
        "n.ipynb: cell 2 (id b): %%time is neither a command nor a ba",
        "n.ipynb: cell 3 (id c): Line 2: %%python is below code, wher",
    ]
    assert result.lines[0].endswith("and r has no %% lines of its own: did you mean %%python?")


def test_the_magics_of_an_unknown_default_kernel_are_its_own(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: odd\nbackends: {r: {kernel: ir}, odd: {kernel: odd}}\n")
    machine.write_notebook("%%time\n1")
    assert run("check", "n.ipynb").lines == ["n.ipynb: no mistakes"]
    machine.write_notebook("x\n%%r")
    assert run("check", "n.ipynb").code == 1


def test_a_cell_for_a_backend_that_cannot_start_is_a_mistake(machine: Machine, run: Run) -> None:
    machine.write_notebook("%%gone\nx", "%%gone")
    result = run("check", "n.ipynb")
    assert result.code == 1
    assert result.lines == [
        "n.ipynb: cell 1 (id a): its backend gone cannot start: the kernelspec 'gone' is not installed; "
        "installed: ir, odd, python3"
    ]


def test_there_are_warnings_about_bare_cells_below_a_use_until_the_first_language_is_back(
    machine: Machine, run: Run
) -> None:
    machine.write_notebook("1", "%%use r\n", "x <- 1", "", "%%py\n1", "%%r\nx", "y", "%%use python\n", "1")
    result = run("check", "n.ipynb")
    assert result.code == 0
    assert result.lines == [
        f"n.ipynb: cell {number} (id {name}): warning: it runs on r because of %%use in cell 2, but formatters and "
        f"jupytext take it for python: put %%r at the top"
        for number, name in ((3, "c"), (7, "g"))
    ]


def test_a_use_of_the_same_language_causes_no_warning(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: p\nbackends: {p: {kernel: python3}, q: {kernel: python3}}\n")
    machine.write_notebook("%%use q\n", "1")
    assert run("check", "n.ipynb").lines == ["n.ipynb: no mistakes"]


def test_formatters_leave_magics_alone(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "default: r\nbackends: {r: {kernel: ir}, python: {kernel: python3}}\n")
    machine.write_notebook("%%use python\n", "%%time\n1")
    assert run("check", "n.ipynb").lines == ["n.ipynb: no mistakes"]


def test_a_use_in_a_refused_cell_changes_nothing(machine: Machine, run: Run) -> None:
    machine.write_notebook("%%use r\n%%restart q", "1")
    assert len(run("check", "n.ipynb").lines) == 1


def test_a_notebook_is_checked_with_the_config_for_its_folder(machine: Machine, run: Run) -> None:
    machine.write("sub/multikernel.yaml", "backends: {q: {kernel: python3}}\n")
    machine.write_notebook("%%use q", name="sub/n.ipynb")
    assert run("check", "sub/n.ipynb").code == 0
    machine.write_notebook("%%use q")
    assert run("check", "n.ipynb").code == 1


def test_a_notebook_is_checked_with_the_config_of_the_multi_it_was_saved_with(machine: Machine, run: Run) -> None:
    config = machine.write("$c d.yaml", "backends: {q: {kernel: python3}}\n")
    assert run("install", "--user", "--config", config, "--name", "multi-q").code == 0
    machine.write_notebook("%%use q", kernel="multi-q")
    answer = run("check", "n.ipynb", "--json").json
    assert (answer["ok"], answer["config"]) == (True, str(config))


def test_a_handwritten_kernelspec_of_a_multi_may_use_a_variable_for_its_config(machine: Machine, run: Run) -> None:
    machine.write("q.yaml", "backends: {q: {kernel: python3}}\n")
    env = {"MULTIKERNEL_CONFIG": f"${{HOME}}/{machine.work.name}/q.yaml"}
    machine.add_kernel("multi-q", "python", metadata={"multikernel": True}, env=env)
    machine.write_notebook("%%use q", kernel="multi-q")
    assert run("check", "n.ipynb").code == 0


def test_without_any_config_every_kernelspec_is_a_backend(machine: Machine, run: Run) -> None:
    (machine.work / "multikernel.yaml").unlink()
    machine.write_notebook("%%ir\nx", "%%r\nx", "%%use q")
    result = run("check", "n.ipynb")
    assert result.lines == ["n.ipynb: cell 3 (id c): There is no backend 'q'; there are odd, python, r."]


def test_mistakes_in_the_config_come_first(machine: Machine, run: Run) -> None:
    machine.write("multikernel.yaml", "backends: {p: {kernel: python3, start: eagr}}\n")
    machine.write_notebook("%%use q")
    result = run("check", "n.ipynb")
    assert result.code == 1
    assert [line.split(": ")[:2] for line in result.lines] == [["multikernel.yaml:1:40", "backends.p.start"]]


def test_a_notebook_of_another_kernel_is_checked_with_a_warning(machine: Machine, run: Run) -> None:
    machine.write_notebook("1", kernel="python3")
    result = run("check", "n.ipynb")
    assert result.code == 0
    assert result.lines == [
        "n.ipynb: warning: its kernel is python3, not a Multi; the cells are checked as if Multi ran them"
    ]
    machine.write_notebook("1", kernel="of somebody else")
    assert run("check", "n.ipynb").lines == ["n.ipynb: no mistakes"]


def test_older_notebooks_without_ids_and_with_text_in_one_piece_are_read(machine: Machine, run: Run) -> None:
    cell = {"cell_type": "code", "source": "%%use q\n", "metadata": {}}
    machine.write("n.ipynb", json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 2}))
    result = run("check", "n.ipynb", "--json")
    assert result.code == 1
    assert result.json == {
        "file": "n.ipynb",
        "config": str(machine.work / "multikernel.yaml"),
        "ok": False,
        "findings": [
            {
                "file": "n.ipynb",
                "severity": "mistake",
                "what": "There is no backend 'q'; there are gone, odd, python, r.",
                "line": None,
                "column": None,
                "path": None,
                "cell": 1,
                "id": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not a notebook: Expecting value: line 1 column 1 (char 0)"),
        ("[" * 100_000, "is not a notebook: maximum recursion depth exceeded while decoding a JSON array"),
        ("[]", "is not a notebook: it has no list of cells"),
        ('{"cells": 5}', "is not a notebook: it has no list of cells"),
        ('{"cells": [5]}', "is not a notebook: cell 1 is not an object"),
        (
            '{"cells": [{"cell_type": "code", "source": [5]}]}',
            "is not a notebook: the source of cell 1 is not text",
        ),
        ('{"cells": [{"cell_type": "code"}]}', "is not a notebook: the source of cell 1 is not text"),
        ('{"worksheets": []}', "has the old nbformat 3: open it in Jupyter and save it first"),
    ],
    ids=range(8),
)
def test_a_file_that_is_not_a_notebook_is_one_sentence_and_exit_code_2(
    machine: Machine, run: Run, text: str, complaint: str
) -> None:
    machine.write("n.ipynb", text)
    result = run("check", "n.ipynb")
    assert result.code == 2
    assert result.complaint.startswith(f"multikernel check: n.ipynb {complaint}")
