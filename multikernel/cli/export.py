"""`multikernel export`: writes a script for each language of a notebook."""

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..config.kernelspecs import InstalledKernelspec, all_kernelspecs
from ..config.stated import names_of, read_config_of_notebook
from ..core.cells.names import Names
from ..exports.dialects import as_comment, first_line, suffix
from ..exports.reading import with_languages
from ..exports.scripts import RefusedCell, Script, Source, scripts_of
from .backends import profile_of_backend
from .notebook import Notebook, read_notebook
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, write


def _export(options: argparse.Namespace) -> int:
    file = Path(options.file)
    notebook = read_notebook(file)
    kernelspecs = all_kernelspecs()
    spec = kernelspecs.get((notebook.kernelspec or "").lower())
    if spec is not None and not spec.is_multi:
        raise CommandError(
            f"{file} runs on {spec.name}, not on a Multi: jupyter nbconvert --to script exports such a notebook"
        )
    sources = [Source(cell.number, cell.code, cell.text_above) for cell in notebook.cells]
    try:
        scripts = scripts_of(sources, _names(notebook, kernelspecs), notebook.text_below)
    except RefusedCell as error:
        raise CommandError(f"{file}: {error}") from None
    if not scripts:
        raise CommandError(f"{file} has no code to export", UNUSABLE)
    folder = file.with_name(f"{file.stem}_scripts")
    files = dict(zip(_files(folder, file.stem, scripts), scripts, strict=True))
    if not options.force and (there := [str(path) for path in files if path.exists()]):
        what = "exists; use --force to replace it" if len(there) == 1 else "exist; use --force to replace them"
        raise CommandError(f"{', '.join(there)} already {what}")
    for path, script in files.items():
        _write(path, script, file.name)
        write(f"Wrote {path}: {script.cells} cell{'' if script.cells == 1 else 's'} of {script.backend}")
    return FINE


def _names(notebook: Notebook, kernelspecs: dict[str, InstalledKernelspec]) -> Names:
    """Return the names that hold in a notebook, with those of languages that have no kernel here.

    A magic of the default kernel's own stays one: `%%bash` where there is no kernel for bash.
    """
    config = read_config_of_notebook(notebook.kernelspec, notebook.file.absolute().parent, kernelspecs)
    default = profile_of_backend(config.backends[config.default], kernelspecs)
    return with_languages(names_of(config, kernelspecs), default.known_magics)


def _files(folder: Path, stem: str, scripts: Sequence[Script]) -> list[Path]:
    """Return a file for each script: `n.R`, or `n.worker-2.py` where several backends have one language."""
    of_suffix = Counter(suffix(script.language) for script in scripts)
    files = []
    for script in scripts:
        end = suffix(script.language)
        name = "" if of_suffix[end] == 1 else "." + re.sub(r"\W+", "-", script.backend).strip("-")
        files.append(folder / f"{stem}{name}{end}")
    return files


def _write(path: Path, script: Script, notebook: str) -> None:
    """Write a script, which runs by its name if its language has a program for that."""
    shebang = first_line(script.language, script.code)
    title = as_comment(f"The cells of {notebook} that run on {script.backend}.", script.language)
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{shebang}{title}\n{script.code}", "utf-8")
        if shebang:
            path.chmod(path.stat().st_mode | 0o111)
    except OSError as error:
        raise CommandError(f"cannot write {error.filename}: {error.strerror}") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a notebook (.ipynb)")
    parser.add_argument("--scripts", action="store_true", required=True, help="write a script for each language")
    parser.add_argument("--force", action="store_true", help="replace existing files")


EXPORT = Subcommand(
    "export",
    "write a script for each language of a notebook",
    "Write the cells of a notebook as scripts, one for each language, into the folder NOTEBOOK_scripts beside it.\n"
    "Header lines and commands become comments; where the notebook copies variables, comments say what to set. This\n"
    "starts no kernel and runs no cell.",
    _add_arguments,
    _export,
)
