"""The wire parser: only what is whole, signed with the key and new becomes a message, and leaves as it came."""

import hmac

from multikernel.core.protocol.wire import DELIMITER, Composer, Frame, Wire, WireError

from .choices import Choices
from .nonsense import BROKEN, encoded, frame, spoilt

KEY = b"the key of this connection"
HEADER = {"msg_id": "1", "msg_type": "stream", "session": "s", "username": "", "date": "", "version": "5.5"}
PARENT = {"msg_id": "0", "msg_type": "execute_request", "session": "s"}
JUNK = [b"", b"\0", DELIMITER, DELIMITER[:-1], b"{}", b"\xff" * 64, *BROKEN]


def check(case: bytes) -> None:
    """Send messages over one connection, some of them as nobody should."""
    choices = Choices(case)
    receiver, composer, accepted = Wire(KEY), Composer("multi", lambda: ""), set[bytes]()
    frames: list[bytes] = []
    while not choices.are_used_up:
        if not frames or choices.once_in(2):
            frames = _frames(choices)
        sent = _attacked(choices, frames)
        try:
            identities, message = receiver.unpack(sent)
        except WireError:
            if _signature_is_right(sent):
                # A message that was sent before, or one whose header is none.
                accepted.add(sent[sent.index(DELIMITER) + 1])
            continue
        assert _signature_is_right(sent)
        start = sent.index(DELIMITER)
        assert sent[start + 1] not in accepted, "replayed"
        accepted.add(sent[start + 1])
        assert receiver.pack(message, identities) == sent
        assert isinstance(message.id, str)
        assert isinstance(message.type, str)
        forwarded = composer.forward(message, b"{}")
        again: list[Frame] = Wire(KEY).pack(forwarded, identities)
        _, came = Wire(KEY).unpack(again)
        assert came.header["session"] == "multi"
        assert again[-1] == sent[-1]


def _frames(choices: Choices) -> list[bytes]:
    """Return the signed frames of a message, identities first."""
    identities = [choices.bytes(5) for _ in range(choices.below(3))]
    header = {**HEADER, "msg_id": str(choices.below(256))}
    signed = [
        encoded(spoilt(choices, header)) if choices.once_in(2) else encoded(header),
        frame(choices, PARENT),
        frame(choices, {}),
        frame(choices, {"text": "x"}),
    ]
    buffers = [choices.bytes(8) for _ in range(choices.below(3))]
    return [*identities, DELIMITER, _signature(signed), *signed, *buffers]


def _attacked(choices: Choices, frames: list[bytes]) -> list[bytes]:
    """Return the frames as they were, or with something done to them."""
    at = choices.below(len(frames))
    match choices.below(10):
        case 0:
            return frames[:at]
        case 1:
            return frames[at:]
        case 2:
            return [*frames[:at], choices.one_of(JUNK), *frames[at + 1 :]]
        case 3:
            return [*frames[:at], choices.one_of(JUNK), *frames[at:]]
        case 4:
            return [*frames[:at], frames[at][:-1], *frames[at + 1 :]]
        case 5:
            return [*frames[:at], frames[at] + choices.bytes(1), *frames[at + 1 :]]
        case 6:
            return [choices.bytes(choices.below(9)) for _ in range(choices.below(9))]
        case _:
            return frames


def _signature(signed: list[bytes]) -> bytes:
    return hmac.new(KEY, b"".join(signed), "sha256").hexdigest().encode()


def _signature_is_right(frames: list[bytes]) -> bool:
    if DELIMITER not in frames:
        return False
    start = frames.index(DELIMITER)
    signed = frames[start + 2 : start + 6]
    return len(signed) == 4 and frames[start + 1] == _signature(signed)
