"""Memory of the process that gets a large frame, at its first transfer."""

import tempfile
from pathlib import Path

import psutil

from ..contenders import Workshop
from ..measuring import Rows, forget_peak, peak_bytes, resident_bytes
from .value_speed import FRAMES, NAMES

SIZES = {
    "r": "%%r\nwriteLines(format(as.numeric(object.size({name})), digits = 15), '{file}')",
    "python": "open('{file}', 'w').write(str(back.memory_usage(deep=True).sum()))",
}
"""Backend -> code that writes how many bytes the value takes that it has got."""


def measure(workshop: Workshop) -> Rows:
    """Each frame to R and back, once; the peak extra memory of the target, as a multiple of the value there."""
    if not workshop.has_kernel("ir"):
        return {}
    rows: Rows = {}
    with workshop.start("multi") as running, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "size"
        running.get_ready(FRAMES)

        def cell(code: str) -> None:
            running.client.run(code, patience=300)

        cell("%%r\nNULL")
        for name, row in NAMES.items():
            for target, code in {"r": f"%%r -i {name}\nNULL", "python": f"%%r -o back={name}\nNULL"}.items():
                process = _child(running.front, "IRkernel" if target == "r" else "ipykernel")
                before = resident_bytes(process)
                forget_peak(process)
                cell(code)
                peak = peak_bytes(process) - before
                cell(SIZES[target].format(name=name, file=file))
                rows[f"{row}_memory_{target}"] = {"multi": [peak / float(file.read_text("ascii"))]}
            cell(f"%%r\nrm({name}); invisible(gc())")
            cell(f"del back, {name}")
    return rows


def _child(front: psutil.Process, word: str) -> psutil.Process:
    return next(child for child in front.children() if word in " ".join(child.cmdline()))
