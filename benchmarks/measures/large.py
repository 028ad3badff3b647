"""Large messages from the child: how long they take, and how much extra memory the front needs for them."""

from dataclasses import dataclass
from functools import partial

from ..contenders import CONTENDERS, Workshop
from ..measuring import Rows, Series, forget_peak, in_turn, peak_bytes, resident_bytes

MB = 1_000_000

SETUP = f"""
from comm import create_comm
from IPython.display import display

class Result:
    def __repr__(self):
        return "a large result"

    def _repr_html_(self):
        return text

result = Result()
text = "x" * {20 * MB}
comm = create_comm(target_name="benchmark")
buffer = bytearray(range(250)) * {100 * MB // 250}
"""

WITHOUT_SOS = tuple(name for name in CONTENDERS if name != "sos")
"""It would take minutes."""


@dataclass(frozen=True, slots=True)
class Large:
    """A cell that makes one large message."""

    key: str
    code: str
    size: int
    rounds: int
    names: tuple[str, ...] = WITHOUT_SOS
    before: str = ""
    """A cell to run once, before the others."""


CASES = (
    Large("output_20mb", "display({'text/plain': text}, raw=True)", 20 * MB, 3, tuple(CONTENDERS)),
    Large("result_20mb", "result", 20 * MB, 3, tuple(CONTENDERS)),
    Large("buffer_100mb", "comm.send({}, buffers=[buffer])", 100 * MB, 2),
    Large("output_200mb", "display({'text/plain': text * 10}, raw=True)", 200 * MB, 2),
    # From here on, the child's counter differs from the notebook's.
    Large("result_20mb_counted", "result", 20 * MB, 3, before="get_ipython().execution_count += 1000"),
)


def measure(workshop: Workshop) -> Rows:
    """Outputs of 20 and 200 MB, a binary buffer of 100 MB, results of 20 MB."""
    rows: Rows = {}
    with workshop.open(*CONTENDERS) as field:
        idle = {name: resident_bytes(running.front) for name, running in field.items()}
        for running in field.values():
            running.run(SETUP)
        for case in CASES:
            memory: Series = {name: [] for name in case.names if name in field and name != "alone"}

            def pass_on(name: str, case: Large = case, memory: Series = memory) -> float:
                running = field[name]
                forget_peak(running.front)
                seconds = running.run(case.code, outputs=1)
                if name in memory:
                    memory[name].append((peak_bytes(running.front) - idle[name]) / case.size)
                return seconds

            names = [name for name in case.names if name in field]
            if case.before:
                for name in names:
                    field[name].run(case.before)
            rows[case.key] = in_turn(case.rounds, {name: partial(pass_on, name) for name in names})
            rows[f"{case.key}_memory"] = memory
    return rows
