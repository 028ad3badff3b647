"""The router between a notebook and three children, any of which may say anything at any time.

What has to hold: nothing raises; what the notebook gets of a child is under a request that this child was sent; what a
child says under another's request, under Multi's own requests to another, or under nothing, has no effect; and every
request ends, with one busy first, one reply where it has one, and one idle.
"""

from collections.abc import Callable
from typing import Any

from multikernel.core.actions import Channel
from multikernel.core.errors import Interrupted
from multikernel.core.protocol.wire import Json, WireError, decode

from .choices import Choices
from .hostile_world import NAMES, HostileWorld
from .messages import expected_reply
from .nonsense import encoded, frame, nonsense, spoilt
from .said import CHANNELS, KERNEL_INFO, OUTPUTS, REPLIES, REQUESTS

LONGEST = 150
"""Events of a case."""

CELLS = [{"code": code} for code in ("x", "%%ir\nx", "%%bash\nx")]
SAID: list[tuple[str, Json]] = [*((msg_type, content) for _, msg_type, content in OUTPUTS), *REPLIES.items()]
OF_NOBODY = ["", "nobody", "session-of-multi_1"]


def check(case: bytes) -> None:
    """Let all that a case says happen, then let all come to its end."""
    choices = Choices(case)
    world = HostileWorld()
    for name in NAMES:
        if choices.once_in(2):
            world.order(world.router.start, name)
            world.get_ready(name, _kernel_info(choices, name))
    for _ in range(LONGEST):
        if choices.are_used_up:
            break
        choices.one_of(EVENTS)(choices, world)
    world.end()


def _kernel_info(choices: Choices, name: str) -> Json:
    if choices.once_in(4):
        try:
            return decode(frame(choices, KERNEL_INFO[name]))
        except WireError:
            pass
    return KERNEL_INFO[name]


def _ask(choices: Choices, world: HostileWorld) -> None:
    """Let the notebook send a request."""
    msg_type, content = choices.one_of(REQUESTS)
    if msg_type == "delete_subshell_request":
        content = {"subshell_id": choices.one_of(["nobody", *world.subshells])}
    channel: Channel = "control" if msg_type in ("interrupt_request", "debug_request") else "shell"
    header: dict[str, Any] = {}
    if choices.once_in(6):
        header = {"subshell_id": choices.one_of([*world.subshells, nonsense(choices)])}
    if choices.once_in(20):
        header["msg_id"] = choices.one_of([*world.requests, *OF_NOBODY[2:]])
    world.ask(
        choices.one_of(CHANNELS[:3]) if choices.once_in(12) else channel, msg_type, frame(choices, content), header
    )
    if not choices.once_in(4):
        world.advance()


def _execute(choices: Choices, world: HostileWorld) -> None:
    """Let the notebook run a plain cell."""
    world.ask("shell", "execute_request", encoded(choices.one_of(CELLS)), {})
    world.advance()


def _answer(choices: Choices, world: HostileWorld) -> None:
    """Let a child answer the oldest thing that it has to do, with a content that is spoilt perhaps."""
    name = choices.one_of(NAMES)
    if todo := world.todo[name]:
        channel, msg_type, _ = expected_reply(todo[0])
        world.answer(name, (channel, msg_type, frame(choices, REPLIES.get(msg_type, {}))))


def _half_answer(choices: Choices, world: HostileWorld) -> None:
    """Let a child say one thing of something that it has to do."""
    name = choices.one_of(NAMES)
    if not (todo := world.todo[name]):
        return
    request = choices.one_of(todo)
    if choices.once_in(3):
        world.say(name, *expected_reply(request)[:2], request.id, expected_reply(request)[2])
    else:
        channel, msg_type, content = choices.one_of(OUTPUTS)
        world.say(name, channel, msg_type, request.id, frame(choices, content))


def _say_anything(choices: Choices, world: HostileWorld) -> None:
    """Let a child say anything on any channel under any parent: its own, another's, Multi's question, nobody's."""
    name, channel = choices.one_of(NAMES), choices.one_of(CHANNELS)
    msg_type, content = choices.one_of(SAID)
    parent = choices.one_of([*OF_NOBODY, *world.requests, *world.own])
    header = spoilt(choices, {"msg_id": choices.one_of([*world.said, "new"])}) if choices.once_in(4) else {}
    world.say(name, channel, msg_type, parent, frame(choices, content), header if isinstance(header, dict) else {})


def _live(choices: Choices, world: HostileWorld) -> None:
    """Let a child start, get ready, fail or die, or be stopped, or interrupted."""
    name = choices.one_of(NAMES)
    match choices.below(10):
        case 4:
            world.run_silently(name)
        case 0:
            world.order(world.router.start, name)
        case 1:
            world.fail(name)
        case 2:
            world.order(world.router.interrupt, name)
        case 3:
            world.order(world.router.stop, name)
        case number:
            world.get_ready(name, _kernel_info(choices, name), "no" * (number % 2))


def _go_on(choices: Choices, world: HostileWorld) -> None:
    """Let a timer run out, or the runtime do what it was asked for."""
    if choices.once_in(2) and world.timers:
        world.fire(choices.one_of(sorted(world.timers)))
    elif world.errands:
        world.run_errand(choices.one_of(sorted(world.errands)), Interrupted("no") if choices.once_in(3) else None)


def _answer_input(choices: Choices, world: HostileWorld) -> None:
    """Let the notebook answer a question that a child has asked, or has not."""
    parents = [b"{}", b"null", b"5", *world.input_requests]
    world.answer_input(choices.one_of(parents), frame(choices, {"value": "x", "status": "ok"}))


EVENTS: list[Callable[[Choices, HostileWorld], None]] = [
    *[_ask] * 4,
    *[_execute] * 2,
    *[_answer] * 3,
    *[_half_answer] * 4,
    *[_say_anything] * 2,
    *[_live] * 2,
    *[_go_on] * 2,
    _answer_input,
]
