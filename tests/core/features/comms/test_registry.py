"""A comm belongs to the backend that it was opened with."""

from multikernel.core.features.comms.registry import WIDGET_TARGET, Registry


def opened() -> Registry:
    comms = Registry()
    assert comms.opened("a", "python3", WIDGET_TARGET)
    assert comms.opened("b", "python3", "other")
    assert comms.opened("c", "ir", "other")
    return comms


def test_a_comm_is_its_first_owners() -> None:
    comms = opened()
    assert [comms.owner(comm_id) for comm_id in "abcd"] == ["python3", "python3", "ir", None]
    assert not comms.opened("a", "ir", "mine")
    assert comms.opened("a", "python3", "again")
    assert comms.owner("a") == "python3"
    assert comms.info(None)["a"] == {"target_name": WIDGET_TARGET}


def test_only_its_owner_can_close_a_comm() -> None:
    comms = opened()
    comms.closed("a", "ir")
    comms.closed("nothing", "ir")
    assert comms.owner("a") == "python3"
    comms.closed("a", "python3")
    assert comms.owner("a") is None
    assert comms.opened("a", "ir", "now mine")


def test_the_comms_of_a_backend_end_with_it() -> None:
    comms = opened()
    assert comms.close_all("python3") == ["a", "b"]
    assert comms.close_all("python3") == []
    assert list(comms.info(None)) == ["c"]


def test_comms_are_listed_by_target() -> None:
    assert opened().info(None) == {
        "a": {"target_name": WIDGET_TARGET},
        "b": {"target_name": "other"},
        "c": {"target_name": "other"},
    }
    assert list(opened().info("other")) == ["b", "c"]
    assert opened().info("none") == {}


def test_widgets_say_who_has_them() -> None:
    comms = opened()
    assert comms.widget_backends() == {"python3"}
    comms.opened("d", "ir", WIDGET_TARGET)
    assert comms.widget_backends() == {"python3", "ir"}
    assert Registry().widget_backends() == set()
