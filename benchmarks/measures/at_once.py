"""Several backends at once: four that sleep, and two that compute."""

from ..contenders import Workshop
from ..measuring import Rows, in_turn, seconds_of

ROUNDS = 5
SLEEP = "import time; time.sleep(1)"
COMPUTE = "total = 0\nfor number in range(8_000_000): total += number"


def measure(workshop: Workshop) -> Rows:
    """Compared with one child alone that does the same once."""
    with workshop.open("alone", "multi") as field:
        multi = field["multi"].client
        multi.run("%%start p1 p2 p3 p4")
        parts = "\n".join(("%%parts", *(f"%%p{number} --bg\n{SLEEP}" for number in range(1, 5))))
        alone = seconds_of({"alone": field["alone"]}, SLEEP)
        return {
            "at_once_broadcast": in_turn(
                ROUNDS, {**alone, "multi": lambda: multi.run(f"%%p1,p2,p3,p4\n{SLEEP}").seconds}
            ),
            "at_once_parts": in_turn(ROUNDS, {**alone, "multi": lambda: multi.run(parts).seconds}),
            "at_once_compute": in_turn(
                ROUNDS,
                {
                    **seconds_of({"alone": field["alone"]}, COMPUTE),
                    "multi": lambda: multi.run(f"%%p1,p2\n{COMPUTE}").seconds,
                },
            ),
        }
