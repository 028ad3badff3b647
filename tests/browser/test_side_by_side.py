"""Cells in the background and broadcasts, as a person sees them in JupyterLab and Notebook."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


def test_run_all_runs_cells_in_the_background_at_once(open_notebook: OpenNotebook, need: Need, tmp_path: Path) -> None:
    need("ir", "bash")
    file = tmp_path / "file"
    notebook = open_notebook(
        "%%python --bg\nimport os, time\nprint('go', flush=True)\n"
        f"while not os.path.exists({str(file)!r}): time.sleep(0.01)",
        f'%%r --bg\ncat("go\\n")\nwhile (!file.exists("{file}")) Sys.sleep(0.01)',
        f"%%bash &\necho go\nuntil [ -e {file} ]; do sleep 0.01; done",
        "%%help use",
        "%%wait",
    )
    notebook.menu("Run", "Run All Cells")
    for index in (0, 1, 2):
        expect(notebook.outputs(index)).to_have_text("go")
        expect(notebook.prompt(index)).to_have_text("[*]:")
    notebook.has_run(3, count=4)
    expect(notebook.prompt(4)).to_have_text("[*]:")
    expect(notebook.status("busy")).to_be_visible()
    file.touch()
    for index, count in enumerate((1, 2, 3, 4, 5)):
        notebook.has_run(index, count=count)
    notebook.is_ready()


def test_one_of_them_is_interrupted_by_its_name(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook(
        "%%python --bg\nimport time\nprint('go', flush=True)\ntime.sleep(1000)",
        '%%r --bg\ncat("go\\n")\nreadline("")',
        "%%interrupt python",
    )
    notebook.run(0, 1)
    expect(notebook.outputs(0)).to_have_text("go")
    notebook.run(2)
    notebook.has_run(2, count=3)
    notebook.has_run(0, count=1)
    expect(notebook.outputs(0).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.cell(1).locator(".jp-Stdin-input").press("Enter")
    notebook.has_run(1, count=2)


def test_questions_of_two_backends_are_answered_one_after_the_other(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%python --bg\nlen(input('name? '))", "%%r --bg\nnchar(readline('city? '))")
    notebook.menu("Run", "Run All Cells")
    questions = {"python: name?": ("Ada", "3", 0), "r: city?": ("London", "6", 1)}
    for _ in range(2):
        prompt = notebook.page.locator(".jp-Stdin-prompt")
        expect(prompt).to_have_count(1)
        answer, result, index = questions.pop((prompt.text_content() or "").strip())
        field = notebook.cell(index).locator(".jp-Stdin-input")
        field.fill(answer)
        field.press("Enter")
        expect(field).to_have_count(0)
        notebook.has_run(index)
        expect(notebook.outputs(index).get_by_text(result, exact=True)).to_be_visible()


def test_each_output_of_a_broadcast_is_below_the_name_of_its_backend(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%python,r\nprint(6 * 7)")
    notebook.finish(0)
    text = (notebook.outputs(0).first.text_content() or "").strip()
    assert sorted(text.split("── ")[1:]) in (
        ["python ──\n42\n", "r ──\n[1] 42"],
        ["python ──\n42", "r ──\n[1] 42\n"],
    )
