"""Displays that update, of two backends with the same ids."""

from ..desk import Desk


def shown(desk: Desk, backend: str, parent: int, msg_type: str, display_id: object = "a") -> object:
    """Let a child show something, and return the `display_id` that the notebook gets."""
    content = {"data": {"text/plain": "x"}, "metadata": {}, "transient": {"display_id": display_id}}
    desk.child(backend, "iopub", msg_type, parent, **content)
    return desk.last(msg_type)["transient"]["display_id"]


def test_a_display_of_one_backend_does_not_update_another_s() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%python,r\nshow()")
    assert shown(desk, "python3", 1, "display_data") == "a"
    assert shown(desk, "ir", 1, "display_data") == "a@ir"
    assert shown(desk, "ir", 1, "update_display_data") == "a@ir"
    assert shown(desk, "python3", 1, "update_display_data") == "a"
    assert shown(desk, "ir", 1, "display_data", "b") == "b"


def test_a_new_child_may_use_the_ids_of_one_that_has_gone() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%python,r\nshow()")
    assert shown(desk, "python3", 1, "display_data") == "a"
    desk.died("python3")
    assert shown(desk, "ir", 1, "display_data") == "a"


def test_what_only_looks_like_an_id_stays_as_it_is() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%python,r\nshow()")
    assert shown(desk, "python3", 1, "display_data") == "a"
    empties: tuple[object, ...] = ({}, None, [])
    for transient in empties:
        content = {"data": {"application/json": {"display_id": "a"}}, "metadata": {}, "transient": transient}
        desk.child("ir", "iopub", "display_data", 1, **content)
        assert desk.last("display_data") == content
    desk.child("ir", "iopub", "display_data", 1, data={"text/plain": "x"}, metadata={})
    assert desk.last("display_data") == {"data": {"text/plain": "x"}, "metadata": {}}
