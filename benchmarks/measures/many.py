"""Many running backends: the round trip to one of them."""

from ..contenders import Workshop
from ..measuring import Rows, in_turn, seconds_of

ROUNDS = 80
WARM_UP = 5
COUNTS = (1, 4, 16, 32)
PATIENCE = 180.0


def measure(workshop: Workshop) -> Rows:
    """Compared with a Multi that has started only one backend."""
    rows: Rows = {}
    started = 1
    with workshop.open("alone", "multi") as field, workshop.open("multi") as few:
        many = field["multi"]
        actions = seconds_of({"alone": field["alone"], "multi": many, "one": few["multi"]}, "1")
        for number in COUNTS:
            if number > started:
                names = " ".join(f"p{place}" for place in range(started, number))
                many.client.run(f"%%start {names}", PATIENCE)
                started = number
            in_turn(WARM_UP, actions)
            rows[f"many_{number}"] = in_turn(ROUNDS, actions)
    return rows
