"""How many cells wait for each backend, as snapshots tell."""

from ...desk import Desk
from .test_panel import watched
from .watching import look, snapshot


def waiting(desk: Desk) -> dict[str, int]:
    """Return how many cells wait for each backend."""
    look(desk)
    return {each["name"]: each["waiting"] for each in snapshot(desk)["backends"]}


def test_cells_wait_for_the_backends_that_their_texts_name() -> None:
    desk = watched("python3", "ir")
    for code in ("run", "1", "%%ir,python3\n2", "%%use bash", "3", "%%nonsense,ir -x\n", "%%parts\n%%ir\n4\n%%ir\n5"):
        desk.execute(code)
    desk.request("execute_request", code=7)
    assert waiting(desk) == {"python3": 2, "ir": 2, "bash": 2}


def test_cells_that_have_begun_wait_for_their_backend_too() -> None:
    desk = watched("python3")
    desk.execute("%%ir\n1")
    assert waiting(desk) == {"python3": 0, "ir": 1, "bash": 0}
    desk.ready("ir")
    assert waiting(desk) == {"python3": 0, "ir": 0, "bash": 0}
    desk.execute("%%python3 --bg\n2")
    desk.finish("ir", 2)
    desk.execute("3")
    assert waiting(desk) == {"python3": 1, "ir": 0, "bash": 0}
