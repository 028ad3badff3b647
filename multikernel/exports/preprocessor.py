"""Makes nbconvert colour the cells of a notebook that runs on Multi, each in its language, `%%use` above included.

Notebooks of other kernels are not touched. nbconvert chooses one lexer for a notebook before preprocessors run, from
what the file says of its language, which may be nothing; so the preprocessor names Multi's to the filter that colours.
It has to come before all others: they may remove a cell with `%%use` by its tag.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import MarkdownExporter, PythonExporter, ScriptExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML, Highlight2Latex
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from ..config.kernelspecs import all_kernelspecs
from ..core.kernels.table import LEXER


class MultiPreprocessor(Preprocessor):
    """Tells the exporter in which language each cell is."""

    enabled = Bool(True, help="Whether the cells of notebooks that run on Multi are read.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Take a notebook, and return it with sources that know what their notebook says."""
        kernelspec = self._kernelspec(nb)
        if isinstance(self.parent, TemplateExporter) and _is_for_multi(nb, kernelspec):
            # Only Multi's own notebooks are worth the import of its grammar.
            from .cells_of_nbconvert import comment_others, mark_languages, read_cells

            cells = read_cells(nb, kernelspec, Path(resources["metadata"]["path"] or "."))
            mark_languages(cells, as_lexers=not isinstance(self.parent, MarkdownExporter))
            if isinstance(self.parent, PythonExporter | ScriptExporter):
                comment_others(cells)
            highlight = self.parent.environment.filters.get("highlight_code")
            if isinstance(highlight, Highlight2HTML | Highlight2Latex):
                highlight.pygments_lexer = LEXER
        return nb, resources

    def _kernelspec(self, nb: NotebookNode) -> str | None:
        """Return the name of the kernelspec that the notebook runs on, or was saved with."""
        execute = self.config.ExecutePreprocessor
        chosen = execute.get("kernel_name") if execute.get("enabled") else None
        name = chosen or nb.metadata.get("kernelspec", {}).get("name")
        return name if isinstance(name, str) else None


def _is_for_multi(nb: NotebookNode, kernelspec: str | None) -> bool:
    if nb.metadata.get("language_info", {}).get("pygments_lexer") == LEXER:
        return True
    spec = all_kernelspecs().get((kernelspec or "").lower())
    return spec is not None and spec.is_multi
