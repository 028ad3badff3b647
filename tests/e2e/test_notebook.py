"""A notebook that alternates between five kernels shows what each of them alone shows.

Each backend's cells, as the text that Multi sends, are executed by nbclient on the backend's own kernelspec too. What
came back is compared in two forms: the outputs that the notebook file keeps, and the iopub messages.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from nbclient import NotebookClient

from multikernel.core.cells.cell import Cell
from multikernel.core.cells.child_text import child_text
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.config import BackendConfig, Config
from multikernel.core.kernels.table import profile_of

from .kernel import ODD_KERNELSPECS, PATIENCE, Json
from .notebooks import make_cell, make_notebook

CELLS = (Path(__file__).parent / "notebook_cells.txt").read_text("utf-8").removesuffix("\n").split("\n=====\n")
LANGUAGES = {"python3": "python", "ir": "r", "bash": "bash", "deno": "typescript", "calysto_scheme": "scheme"}
"""The languages of the backends."""
PADDED = "python3"
"""Its tracebacks show execution counts; where it runs alone, other backends' cells are replaced by this one."""
PADDING = "pass"


pytestmark = ODD_KERNELSPECS

Texts = Callable[[Json], list[str]]
"""Takes a kernel's kernel_info and returns the cells to run on it."""


@dataclass
class Run:
    """What came back for each cell of a notebook."""

    outputs: list[list[Json]]
    """As the notebook file keeps them."""
    messages: list[list[tuple[str, Json]]]
    """Types and contents of the iopub messages, statuses and execute_input aside."""
    counts: list[int | None]


class Recorder(NotebookClient):
    """An nbclient that remembers the messages which it makes outputs of."""

    def __init__(self, kernel_name: str, texts: Texts, *, waits_for_late_output: bool = False) -> None:
        """Take the kernelspec's name, what to run, and whether idle can be trusted."""
        super().__init__(make_notebook(), kernel_name=kernel_name, allow_errors=True, timeout=PATIENCE)
        self._texts = texts
        self._waits_for_late_output = waits_for_late_output
        self._messages: list[list[tuple[str, Json]]] = []

    def run(self) -> Run:
        """Start the kernel, execute all cells and return what came back."""
        self.execute()
        return Run(
            [[_without_count(output) for output in cell.outputs] for cell in self.nb.cells],
            self._messages,
            [cell.execution_count for cell in self.nb.cells],
        )

    async def async_start_new_kernel_client(self) -> Any:
        """Fill the notebook when the kernel has said what it is."""
        client = await super().async_start_new_kernel_client()
        info = await client.kernel_info(reply=True, timeout=PATIENCE)  # type: ignore[misc, call-arg]
        self.nb.cells = [make_cell(text) for text in self._texts(info["content"])]
        self._messages = [[] for _ in self.nb.cells]
        return client

    async def async_execute_cell(self, cell: Any, cell_index: int, *args: Any, **options: Any) -> Any:
        """Take in what a kernel says of a cell after its idle, as deno alone does; a further request's idle ends it."""
        done = await super().async_execute_cell(cell, cell_index, *args, **options)
        if self._waits_for_late_output and cell.source:
            client: Any = self.kc
            asked = (await client.kernel_info(reply=True, timeout=PATIENCE))["parent_header"]["msg_id"]
            message = await client.get_iopub_msg(timeout=PATIENCE)
            while not (message["parent_header"]["msg_id"] == asked and message["content"]["execution_state"] == "idle"):
                if message["msg_type"] != "status":
                    self.process_message(message, cell, cell_index)
                message = await client.get_iopub_msg(timeout=PATIENCE)
        return done

    def process_message(self, message: Json, cell: Any, index: int) -> Any:
        """Remember a message; text of one stream that came in pieces is one text."""
        kind, content = message["msg_type"], _without_count(message["content"])
        said = self._messages[index]
        if kind == "stream" and said and said[-1][0] == "stream" and said[-1][1]["name"] == content["name"]:
            content["text"] = said.pop()[1]["text"] + content["text"]
        if kind not in ("status", "execute_input"):
            said.append((kind, content))
        return super().process_message(message, cell, index)


def _without_count(content: Json) -> Json:
    return {key: value for key, value in content.items() if key != "execution_count"}


def take_apart(sources: list[str]) -> Iterator[tuple[str, Cell]]:
    """Return for each cell the backend that its text means, and its parts."""
    config = Config({name: BackendConfig(name, name) for name in LANGUAGES}, default="python3")
    names = Names(config, frozenset({"use"}), dict(LANGUAGES))
    default = config.default
    for source in sources:
        cell = parse(source, names, default)
        yield cell.target or default, cell
        default = cell.new_default or default


@pytest.fixture(scope="module")
def through_multi(need: Callable[..., None]) -> Run:
    """Return what the notebook gives on Multi."""
    need(*LANGUAGES)
    return Recorder("multi", lambda kernel_info: CELLS).run()


@pytest.mark.parametrize("backend", LANGUAGES)
def test_every_output_is_what_the_child_alone_gives(through_multi: Run, backend: str) -> None:
    mine = {index: cell for index, (owner, cell) in enumerate(take_apart(CELLS)) if owner == backend and cell.has_body}
    filler = PADDING if backend == PADDED else ""

    typed: dict[int, Mapping[str, str]] = {}

    def texts(kernel_info: Json) -> list[str]:
        found = {index: child_text(cell, profile_of(kernel_info)) for index, cell in mine.items()}
        typed.update({index: text.typed for index, text in found.items()})
        return [found[index].text if index in mine else filler for index in range(len(CELLS))]

    alone = Recorder(backend, texts, waits_for_late_output=True).run()
    for index in mine:
        assert through_multi.messages[index] == as_typed(alone.messages[index], typed[index]), CELLS[index]
        assert through_multi.outputs[index] == as_typed(alone.outputs[index], typed[index]), CELLS[index]
        assert through_multi.outputs[index] or CELLS[index] in SILENT, "a cell that shows nothing proves nothing"


def as_typed(shown: Any, typed: Mapping[str, str]) -> Any:
    """Return what a child shows, with the cell's own header lines as they were typed in tracebacks."""
    if isinstance(shown, str):
        for comment, line in typed.items():
            shown = re.sub(rf"{re.escape(comment)}(?=(\x1b\[[0-9;]*m)*$)", line, shown, flags=re.MULTILINE)
        return shown
    if isinstance(shown, dict):
        return {key: as_typed(value, typed) for key, value in shown.items()}
    return type(shown)(as_typed(each, typed) for each in shown) if isinstance(shown, list | tuple) else shown


SILENT = {'%%use ir\ny <- x["b"]', "%%deno\nnull", "%%deno\nconst this is no TypeScript"}
"""Cells that show nothing with the child alone, either."""


def test_the_cells_are_numbered_through(through_multi: Run) -> None:
    assert len(CELLS) >= 40
    assert through_multi.counts == list(range(1, len(CELLS) + 1))


def test_the_notebook_alternates_between_all_five_kernels() -> None:
    owners = [owner for owner, _ in take_apart(CELLS)]
    assert set(owners) == set(LANGUAGES)
    assert [owners[CELLS.index(cell)] for cell in ("y + 1", "(square 5)")] == ["ir", "calysto_scheme"], "by %%use"
    assert sum(one != other for one, other in pairwise(owners)) >= 30


def test_a_cell_of_commands_alone_shows_nothing_of_a_child(through_multi: Run) -> None:
    commands = [index for index, (_, cell) in enumerate(take_apart(CELLS)) if not cell.has_body]
    assert commands
    assert all(through_multi.messages[index] == [] for index in commands)
