"""What an R child is told besides the user's cells: how big a cell's plots are, by options of the package repr."""

from collections.abc import Mapping

PER_INCH = {"in": 1.0, "cm": 2.54, "mm": 25.4}

PIXELS_PER_INCH = 72.0
"""rpy2's `%%R` has so many where lengths are in pixels and no resolution is given."""

RESET = "local({options(getOption('multikernel.plot')); options(multikernel.plot = NULL)})"
"""Code that puts the options back."""


def plot_options(plot: Mapping[str, str]) -> str:
    """Return code that sets `repr.plot.*` for `width`, `height` and `res` (numbers) and `units` (px, in, cm, mm).

    What they were is kept in R's own options, where no user's variable is.
    """
    units = plot.get("units", "px")
    resolution = float(plot.get("res", PIXELS_PER_INCH))
    per_inch = resolution if units == "px" else PER_INCH[units]
    lengths = {name: float(plot[name]) / per_inch for name in ("width", "height") if name in plot}
    if "res" in plot or (units == "px" and lengths):
        lengths["res"] = resolution
    options = ", ".join(f"repr.plot.{name} = {value!r}" for name, value in lengths.items())
    return f"options(multikernel.plot = options({options}))"
