"""A kernel that somebody else has started is left as it is: neither numbered, signalled nor restarted."""

from multikernel.core.config import BackendConfig, Config
from multikernel.core.places import AttachedPlace

from ..desk import Desk


def desk_with_mine() -> Desk:
    """Return a desk with `mine`, a kernel that is attached and runs IPython."""
    mine = BackendConfig("mine", "", place=AttachedPlace("own", "/k.json"))
    python3 = BackendConfig("python3", "python3")
    info = {"implementation": "ipython", "language_info": {"name": "python"}}
    config = Config({"mine": mine, "python3": python3}, "python3")
    return Desk("python3", "mine", config=config, kernel_info={"mine": info})


def busy_desk() -> Desk:
    """Return one where `mine` runs the first cell."""
    desk = desk_with_mine()
    desk.execute("%%mine\nx")
    desk.busy("mine", 1)
    return desk


def test_its_counter_is_left_alone() -> None:
    desk = desk_with_mine()
    desk.execute("1")
    desk.finish("python3", 1)
    desk.execute("%%mine\n2")
    assert [message.metadata_frame for message in desk.child_messages("mine")] == [b"{}"]


def test_it_is_interrupted_by_message() -> None:
    desk = busy_desk()
    assert desk.interrupt("mine") == ["mine <- control interrupt_request own"]


def test_a_second_press_detaches_it() -> None:
    desk = busy_desk()
    desk.press()
    (note,) = desk.fire("interrupt", "mine")
    assert note.endswith("mine has not reacted to the interrupt for 10 s; interrupt again to detach it.")
    lines = desk.press()
    assert "stop mine" in lines
    assert "start mine" not in lines
    assert desk.last("error")["ename"] == "BackendStopped"
    assert desk.last("error")["evalue"] == (
        "mine did not react to the interrupt, so it was detached; it may still be at this."
    )


def test_one_that_has_gone_is_told_of_and_attached_again() -> None:
    desk = busy_desk()
    desk.died("mine", "its owner has ended or restarted it")
    assert desk.last("error")["ename"] == "BackendDied"
    assert desk.last("error")["evalue"] == (
        "mine is no longer attached, since its owner has ended or restarted it; the next cell for it attaches it again."
    )
    desk.execute("%%mine\ny")
    assert any("mine is attached again; it is empty if" in line for line in desk.ready("mine"))
