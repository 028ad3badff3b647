"""The plot: for each row, a contender's multiple of the child alone, with the lowest and the highest run."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from .contenders import CONTENDERS
from .measuring import Rows
from .report import figure
from .rows import ROWS

COLOURS = {"proxy": "0.45", "multi": "tab:blue", "allthekernels": "tab:orange", "sos": "tab:red"}
TICKS = (0.5, 0.7, 1, 1.5, 2, 3, 5, 8)


def draw(runs: Sequence[Rows], path: Path) -> None:
    """Write a PNG."""
    keys = [key for key, row in ROWS.items() if row.unit == "s" and figure(runs, key, "multi", "alone")]
    picture = Figure(figsize=(9, 1.5 + 0.45 * len(keys)), layout="constrained")
    axes = picture.subplots()
    axes.axvline(1, color="0.8", zorder=0)
    for step, (name, colour) in enumerate(COLOURS.items()):
        found = [(place, figure(runs, key, name, "alone")) for place, key in enumerate(keys)]
        shown = [(place + (step - 1.5) * 0.16, value) for place, value in found if value is not None]
        middles = [value.middle for _, value in shown]
        spread = [[value.middle - value.low for _, value in shown], [value.high - value.middle for _, value in shown]]
        places = [place for place, _ in shown]
        axes.errorbar(middles, places, xerr=spread, fmt="o", color=colour, label=CONTENDERS[name].title, markersize=5)
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.xaxis.minorticks_off()
    axes.set_yticks(range(len(keys)), [ROWS[key].title for key in keys])
    axes.invert_yaxis()
    axes.set_xlabel("multiple of the child alone (for rates, more is better)")
    axes.legend()
    picture.savefig(path, dpi=120)
