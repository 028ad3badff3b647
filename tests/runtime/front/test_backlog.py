"""What waits for a slow client stays in order and within its limit, and no gap is kept from it."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.protocol.wire import Message, encode
from multikernel.runtime.front.backlog import OVERHEAD, RESERVED, Backlog, Entry, Gap

LIMIT = 40 * OVERHEAD


def message(msg_type: str, parent: str, text: str) -> Message:
    header = {"msg_id": text, "msg_type": msg_type}
    parent_frame = encode({"msg_id": parent}) if parent else b"{}"
    return Message(header, encode(header), parent, parent_frame, content_frame=text.encode("ascii"))


def add(backlog: Backlog, parent: str, text: str, msg_type: str = "stream") -> None:
    said = message(msg_type, parent, text)
    backlog.add(msg_type.encode("ascii"), said, [said.parent_frame, said.content_frame])


def tell(gap: Gap) -> Entry:
    return Entry(b"gap", [gap.parent_frame, str(gap.count).encode("ascii")])


def take(backlog: Backlog, tell: Callable[[Gap], Entry] = tell) -> tuple[str, str]:
    """Take what is next: its topic and its text."""
    topic, frames = backlog.next(tell)
    backlog.pop()
    return topic.decode("ascii"), bytes(frames[-1]).decode("ascii")


def take_all(backlog: Backlog) -> list[tuple[str, str]]:
    taken = []
    while backlog:
        taken.append(take(backlog))
    return taken


def test_messages_wait_in_order() -> None:
    backlog = Backlog(LIMIT)
    assert not backlog
    add(backlog, "a", "1")
    add(backlog, "a", "2")
    assert take_all(backlog) == [("stream", "1"), ("stream", "2")]
    assert (backlog.missed, backlog.size) == (0, 0)


def test_what_has_no_room_is_told_below_its_request_before_that_is_idle() -> None:
    backlog = Backlog(LIMIT)
    add(backlog, "a", "x" * (LIMIT - 2 * OVERHEAD))
    for parent in ("a", "b"):
        for _ in range(3):
            add(backlog, parent, "y" * 2 * OVERHEAD)
        add(backlog, parent, f"{parent} is idle", "status")
    (_, first), *rest = take_all(backlog)
    assert first.startswith("x")
    assert rest == [("gap", "3"), ("status", "a is idle"), ("gap", "3"), ("status", "b is idle")]
    assert backlog.missed == 6


def test_after_a_gap_nothing_is_taken_until_all_that_waited_has_been() -> None:
    backlog = Backlog(LIMIT)
    add(backlog, "a", "1")
    add(backlog, "a", "x" * LIMIT)
    add(backlog, "a", "2")
    assert take(backlog) == ("stream", "1")
    add(backlog, "a", "3")
    assert take(backlog) == ("gap", "3")
    add(backlog, "a", "4")
    assert take_all(backlog) == [("stream", "4")]


def test_what_is_larger_than_the_limit_may_wait_alone() -> None:
    backlog = Backlog(LIMIT)
    add(backlog, "a", "x" * 2 * LIMIT)
    add(backlog, "a", "1")
    add(backlog, "a", "idle", "status")
    assert [len(text) for _, text in take_all(backlog)] == [2 * LIMIT, 1, 4]
    assert backlog.missed == 1


def test_what_belongs_to_no_request_is_counted_alone() -> None:
    backlog = Backlog(LIMIT)
    add(backlog, "a", "x" * LIMIT)
    add(backlog, "", "1")
    assert len(take_all(backlog)) == 1
    assert backlog.missed == 1


PARENTS = st.sampled_from(["", "a", "b", "c"])
MESSAGES = st.one_of(
    st.tuples(PARENTS, st.just("status"), st.just(5)),
    st.tuples(PARENTS, st.just("stream"), st.sampled_from([5, OVERHEAD, 15 * OVERHEAD, 2 * LIMIT])),
)
STEPS = st.lists(st.one_of(MESSAGES, st.none()), max_size=25)
LARGEST = 2 * LIMIT + 2 * OVERHEAD


@given(STEPS)
def test_in_every_order_all_is_taken_or_told_and_no_more_waits_than_may(
    steps: list[tuple[str, str, int] | None],
) -> None:
    backlog, added, taken = Backlog(LIMIT), list[str](), list[tuple[str, str]]()
    untold = 0
    for step in steps:
        if step is None:
            if backlog:
                taken.append(take(backlog))
            continue
        parent, msg_type, size = step
        text = f"{len(added)}".rjust(size, "-")
        before, had_reserve = backlog.missed, backlog._reserve.has(2 * OVERHEAD)
        add(backlog, parent, text, msg_type)
        added.append(text)
        untold += backlog.missed > before and (not parent or (not had_reserve and parent not in backlog._gaps))
        assert backlog.size <= LIMIT + LIMIT // RESERVED + LARGEST
        assert msg_type != "status" or text in str(backlog._entries[-1]) or not had_reserve
    taken += take_all(backlog)
    texts = [text for topic, text in taken if topic != "gap"]
    told = sum(int(text) for topic, text in taken if topic == "gap")
    assert len(texts) + backlog.missed == len(added)
    assert told + untold == backlog.missed
    order = iter(added)
    assert all(text in order for text in texts)
    assert backlog.size == 0
