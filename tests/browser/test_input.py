"""Questions that a running cell asks."""

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


def test_questions_of_python_and_of_r_are_answered_in_the_cell(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook(
        "len(input('name? '))", "import getpass\nlen(getpass.getpass('password? '))", "%%r\nnchar(readline('city? '))"
    )
    for index, (question, answer, shown) in enumerate(
        (("name?", "Ada", "Ada"), ("password?", "secret", "········"), ("city?", "Bern", "Bern"))
    ):
        notebook.run(index)
        expect(notebook.cell(index).locator(".jp-Stdin-prompt")).to_have_text(question)
        field = notebook.cell(index).locator(".jp-Stdin-input")
        field.fill(answer)
        field.press("Enter")
        notebook.has_run(index)
        expect(field).to_have_count(0)
        expect(notebook.outputs(index).filter(has_text=question).first).to_contain_text(shown)
        expect(notebook.outputs(index).get_by_text(str(len(answer)), exact=True)).to_be_visible()
