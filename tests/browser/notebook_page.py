"""A notebook in the browser, with what a user sees of it and does to it."""

import re
from contextlib import AbstractContextManager

from playwright.sync_api import Locator, Page, expect


class NotebookPage:
    """A page that shows one notebook, the same in JupyterLab and Notebook."""

    def __init__(self, page: Page, url: str) -> None:
        """Take a new page and the notebook's address."""
        self.page = page
        self.errors: list[str] = []
        """What JavaScript has complained about."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        with self.connects():
            page.goto(url)
        self.is_ready()

    def connects(self) -> AbstractContextManager[object]:
        """Return a context in which the page connects to the kernel; none is shown as ready before that."""
        return self.page.expect_websocket(lambda socket: socket.url.split("?")[0].endswith("/channels"))

    def is_ready(self) -> None:
        """Wait until the kernel is shown as idle, as it is not while the page connects to it."""
        expect(self.status("idle")).to_be_visible()

    def cell(self, index: int) -> Locator:
        """Return a code cell."""
        return self.page.locator(".jp-CodeCell").nth(index)

    def outputs(self, index: int) -> Locator:
        """Return a cell's outputs."""
        return self.cell(index).locator(".jp-OutputArea-output")

    def prompt(self, index: int) -> Locator:
        """Return what stands left of a cell, say `[3]:`, or `[*]:` while it has to wait or runs."""
        return self.cell(index).locator(".jp-InputArea-prompt")

    def editor(self, index: int) -> Locator:
        """Return the text of a cell."""
        return self.cell(index).get_by_role("textbox")

    def lines(self, index: int) -> Locator:
        """Return the lines of a cell's text."""
        return self.cell(index).locator(".cm-line")

    def language(self, index: int, name: str) -> None:
        """Wait until a cell is coloured in a language: `python` is that of the notebook."""
        expect(self.cell(index).locator(".cm-content")).to_have_attribute("data-language", name)

    def header_lines(self, index: int) -> Locator:
        """Return those lines of a cell's text that are shown as header lines."""
        return self.cell(index).locator(".multi-HeaderLine")

    def label(self, index: int) -> Locator:
        """Return the name of a cell's backend, below its prompt."""
        return self.cell(index).locator(".multi-Label")

    def pick(self, name: str) -> None:
        """Choose from the menu of backends by keyboard alone."""
        self.page.keyboard.press("Alt+B")
        menu = self.page.locator(".multi-Picker")
        expect(menu).to_be_visible()
        chosen = menu.locator(".lm-mod-active").filter(has_text=re.compile(f"^{re.escape(name)}"))
        for _ in range(menu.get_by_role("menuitem").count()):
            self.page.keyboard.press("ArrowDown")
            if chosen.count():
                break
        expect(chosen).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(menu).to_be_hidden()

    def breakpoint_gutter(self, index: int, *, line: int) -> Locator:
        """Return where a breakpoint of a cell's line is set, while the debugger is on."""
        return self.cell(index).locator("div.cm-breakpoint-gutter .cm-gutterElement").nth(line)

    def edit(self, index: int) -> Locator:
        """Put the cursor at the end of a cell's text and return its editor."""
        editor = self.editor(index)
        editor.click()
        editor.press("Control+End")
        return editor

    def completions(self, name: str) -> Locator:
        """Return what Tab offers under a name."""
        return self.page.locator(".jp-Completer:visible").get_by_text(name, exact=True)

    def run(self, *indexes: int) -> None:
        """Run cells; they need not be over when it returns."""
        for index in indexes:
            self.edit(index).press("Control+Enter")

    def finish(self, *indexes: int) -> None:
        """Run cells and wait until each has been run."""
        for index in indexes:
            self.run(index)
            self.has_run(index)

    def has_run(self, index: int, *, count: int | None = None) -> None:
        """Wait until a cell has been run, as the so many-th."""
        expect(self.prompt(index)).to_have_text(re.compile(r"\[\d+\]:") if count is None else f"[{count}]:")

    def save(self) -> None:
        """Save it, and wait until that is done."""
        with self.page.expect_response(lambda response: response.request.method == "PUT"):
            self.page.keyboard.press("Control+s")

    def status(self, status: str) -> Locator:
        """Return the sign in the toolbar for a status of the kernel, say `busy`."""
        return self.page.locator(f".jp-Notebook-ExecutionIndicator[data-status={status}]")

    def menu(self, *path: str) -> None:
        """Choose from the menu bar."""
        for name in path:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def button(self, name: str) -> Locator:
        """Return a button of the toolbar or of a dialog."""
        return self.page.get_by_role("button", name=name, exact=True)

    def shows(self, index: int, *outputs: str | re.Pattern[str]) -> None:
        """Wait until a cell's outputs are these."""
        expect(self.outputs(index)).to_have_text(list(outputs))
