"""Every subscriber gets what it has asked for, whatever another does; what one that does not read costs is bounded."""

import logging
from collections.abc import AsyncIterator

import anyio
import pytest
import zmq

from multikernel.core.protocol.wire import Message
from multikernel.runtime.front import publisher as module
from multikernel.runtime.front.backlog import RESERVED
from multikernel.runtime.front.large_messages import LARGE, LARGE_IN_ZMQ

from .subscribers import SESSION, Client, Newspaper, number, open_newspaper

pytestmark = pytest.mark.anyio

LIMIT = 1_000_000


@pytest.fixture
async def paper() -> AsyncIterator[Newspaper]:
    """Return a publisher and those who read it."""
    with open_newspaper(LIMIT) as paper:
        yield paper


@pytest.fixture(autouse=True)
def _little_in_zmq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MESSAGES_IN_ZMQ", 16)


def is_idle_of(parent: Message, message: Message) -> bool:
    return message.type == "status" and message.parent_id == parent.id


async def until_behind(paper: Newspaper, parent: Message, reader: Client, size: int = 100) -> int:
    """Publish, while one reads, until something waits for another; return how many that were."""
    count = 0
    while not paper.publisher._behind:
        last = paper.publish(parent, size=size)
        assert (await reader.read()).content()["n"] == last
        count += 1
    return count


async def test_each_subscriber_is_welcomed_and_no_other(paper: Newspaper) -> None:
    first = await paper.subscriber()
    second = await paper.subscriber(b"kernel.")
    first.socket.setsockopt(zmq.SUBSCRIBE, b"k")
    assert await first.welcome() == "k"
    assert first.first_frames == [b"", b"k"]
    assert second.first_frames == [b"kernel."]


@pytest.mark.parametrize("is_one_behind", [False, True])
async def test_each_gets_once_what_begins_as_it_has_asked_for(paper: Newspaper, is_one_behind: bool) -> None:
    topics = {b"": "as", b"k": "as", f"kernel.{SESSION}.stat".encode(): "s", b"kernel.another": ""}
    readers = {topic: await paper.subscriber(topic) for topic in topics}
    several = await paper.subscriber()
    several.socket.setsockopt(zmq.SUBSCRIBE, b"kernel.")
    assert await several.welcome() == "kernel."
    if is_one_behind:
        await paper.subscriber()
        parent = paper.request()
        while not paper.publisher._behind:
            last = paper.publish(parent, size=100)
            for topic in (b"", b"k"):
                assert number(await readers[topic].read()) == last
            assert number(await several.read()) == last
    parent = paper.request()
    paper.publish(parent, msg_type="a")
    paper.publish(parent, msg_type="status")
    # The end for those who have asked for other things.
    paper.publish(parent, msg_type="z")
    for topic, wanted in topics.items():
        for msg_type in wanted:
            assert (await readers[topic].read()).type.startswith(msg_type)
    for msg_type in ("a", "status", "z"):
        assert (await several.read()).type == msg_type
    assert not readers[b"kernel.another"].socket.poll(50)


async def test_who_is_slow_loses_nothing(paper: Newspaper) -> None:
    slow, parent = await paper.subscriber(), paper.request()
    last = -1
    while sum(each.backlog.size for each in paper.publisher._behind) < LIMIT * 0.9:
        last = paper.publish(parent, size=100)
    assert await slow.numbers(last) == list(range(last + 1))
    assert not paper.publisher._behind
    again = paper.publish(parent)
    assert await slow.numbers(again) == [again]


@pytest.mark.parametrize("size", [10, 10_000, 30_000, 200_000])
async def test_who_does_not_read_misses_outputs_and_is_told_and_nobody_else_does(
    paper: Newspaper, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    good, stalled = await paper.subscriber(), await paper.subscriber()
    requests = [paper.request() for _ in range(3)]
    published = list[int]()
    with caplog.at_level(logging.WARNING):
        for request in requests:
            missed = sum(each.backlog.missed for each in paper.publisher._behind)
            while sum(each.backlog.missed for each in paper.publisher._behind) < missed + 5:
                published.append(paper.publish(request, size=size))
                assert number(await good.read()) == published[-1]
            published.append(paper.idle(request))
            assert is_idle_of(request, await good.read())
    (subscriber,) = paper.publisher._behind
    assert subscriber.backlog.size < LIMIT + LIMIT // RESERVED + size + 2000
    assert subscriber.large.in_zmq <= max(LARGE_IN_ZMQ, size + 2000)
    assert caplog.text.count("an iopub subscriber has stopped reading") == 1
    heard = await stalled.read_until(lambda message: is_idle_of(requests[-1], message))
    told = [message for message in heard if message.type == "stream"]
    assert [message.parent_id for message in told] == [request.id for request in requests]
    assert {message.content()["name"] for message in told} == {"stderr"}
    count = sum(int(message.content()["text"].split()[0].replace(",", "")) for message in told)
    assert count == subscriber.backlog.missed
    numbers = [number(message) for message in heard if message.type != "stream"]
    assert len(numbers) + count == len(published)
    assert numbers == sorted(numbers)
    assert sum(message.type == "status" for message in heard) == 3
    for request, message in zip(requests, told, strict=True):
        idle = next(heard.index(each) for each in heard if is_idle_of(request, each))
        assert heard.index(message) < idle
    last = paper.publish(requests[-1])
    assert await stalled.numbers(last) == await good.numbers(last) == [last]


async def test_a_message_of_any_size_reaches_who_reads(paper: Newspaper) -> None:
    reader, parent = await paper.subscriber(), paper.request()
    for size in (LARGE, 2 * LARGE, 2 * LIMIT, LARGE_IN_ZMQ, 2 * LARGE_IN_ZMQ):
        output, idle = paper.publish(parent, size=size), paper.idle(parent)
        assert await reader.numbers(idle) == [output, idle]
    (subscriber,) = paper.publisher._subscribers.values()
    with anyio.fail_after(20):
        while subscriber.large.in_zmq:
            await anyio.lowlevel.checkpoint()
    assert not subscriber.large._lent


async def test_who_has_gone_is_forgotten_with_all_that_waited(paper: Newspaper) -> None:
    good, stalled = await paper.subscriber(), await paper.subscriber()
    await until_behind(paper, paper.request(), good)
    stalled.socket.close(linger=0)
    with anyio.fail_after(20):
        while len(paper.publisher._subscribers) > 1:
            await anyio.lowlevel.checkpoint()
    assert not paper.publisher._behind
    last = paper.publish(paper.request())
    assert await good.numbers(last) == [last]
    good.socket.close(linger=0)
    with anyio.fail_after(20):
        while paper.publisher._subscribers:
            await anyio.lowlevel.checkpoint()


async def test_who_unsubscribes_gets_no_more_and_may_subscribe_again(paper: Newspaper) -> None:
    reader, witness = await paper.subscriber(), await paper.subscriber()
    reader.socket.setsockopt(zmq.UNSUBSCRIBE, b"")
    with anyio.fail_after(20):
        while len(paper.publisher._subscribers) > 1:
            await anyio.lowlevel.checkpoint()
    missed = paper.publish(paper.request())
    assert await witness.numbers(missed) == [missed]
    reader.socket.setsockopt(zmq.SUBSCRIBE, b"")
    assert await reader.welcome() == ""
    last = paper.publish(paper.request())
    assert await reader.numbers(last) == [last]


async def test_who_sends_what_is_no_subscription_changes_nobody_s(paper: Newspaper) -> None:
    intruder = paper.client(zmq.XSUB)
    intruder.socket.send(b"\x01intruder")
    assert await intruder.welcome() == "intruder"
    clients = [paper.client() for _ in range(5)]
    for client in clients:
        # All of this arrives before the front looks.
        intruder.socket.send_multipart([b"\x05", b"", b"more", b"\x01inner", b"x" * 1000])
        client.socket.setsockopt(zmq.SUBSCRIBE, b"")
    for client in clients:
        client.socket.poll(20)
    for client in clients:
        assert await client.welcome() == ""
    last = paper.publish(paper.request())
    for client in clients:
        assert await client.numbers(last) == [last]
    assert intruder.socket not in [client.socket for client in clients]


async def test_what_only_the_front_may_send_to_cannot_be_subscribed_to(
    paper: Newspaper, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = await paper.subscriber(), paper.client()
    bad.socket.setsockopt(zmq.SUBSCRIBE, module.EVERYBODY + b"kernel")
    with anyio.fail_after(20):
        while "asked for a topic that is reserved" not in caplog.text:
            await anyio.lowlevel.checkpoint()
    last = paper.publish(paper.request())
    assert await good.numbers(last) == [last]
    assert not bad.socket.poll(50)


async def test_what_waits_in_the_end_is_sent_as_far_as_it_is_read_in_time() -> None:
    with open_newspaper(LIMIT) as paper:
        reader, parent, last = await paper.subscriber(), paper.request(), -1
        while sum(each.backlog.size for each in paper.publisher._behind) < LIMIT // 10:
            last = paper.publish(parent, size=100)
        last = paper.publish(parent, size=2 * LARGE)
        heard = list[int]()

        async def read() -> None:
            heard.extend(await reader.numbers(last))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await paper.publisher.drain()
            paper.publisher.close()
        assert heard == list(range(last + 1))


async def test_a_zmq_that_does_not_tell_connections_apart_serves_all_the_same(
    paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_connection", lambda frame: None)
    readers = [await paper.subscriber(), await paper.subscriber()]
    last = paper.publish(paper.request())
    for reader in readers:
        assert await reader.numbers(last) == [last]
