"""What one child has for a subshell of the notebook, and what is asked of it about that."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...actions import Channel
from ...backend import Backend
from ...errors import MultiError
from ...exchange import Exchange, Phase
from ...protocol.wire import Json, Message, encode

FEATURE = "kernel subshells"
"""Its name in `supported_features` of a kernel_info_reply."""


@dataclass(slots=True)
class ChildSubshell:
    """What one child has for a subshell of the notebook."""

    name: str | None = None
    """What the child calls it; None: it has none, and its main shell stands in."""
    is_asked_for: bool = True
    """The child has not answered yet."""
    held: list[tuple[Channel, Message]] = field(default_factory=list)
    """What goes to it then. Written by subshells."""

    def named(self, name: str | None) -> None:
        """Note what the child calls it."""
        self.name, self.is_asked_for = name, False

    def take_held(self) -> list[tuple[Channel, Message]]:
        """Return what has waited for the name; it no longer does."""
        held, self.held = self.held, []
        return held


@dataclass(slots=True, eq=False, kw_only=True)
class SubshellExchange(Exchange):
    """A request of Multi's own to create or delete a subshell."""

    answer_type: str
    answered: Callable[[Json], None]
    phase: Phase = Phase.OWES_REPLY

    @property
    def reply_type(self) -> str:
        """`msg_type` of the reply."""
        return self.answer_type

    def replied(self, reply: Message) -> None:
        """Pass the answer on."""
        self.answered(reply.content())

    def over(self) -> None:
        """Do nothing more."""

    def failed(self, error: MultiError) -> None:
        """Do nothing: a child that has gone has no subshells."""


def has_subshells(backend: Backend) -> bool:
    """Whether a child has told that it has subshells."""
    features = backend.kernel_info.get("supported_features")
    return isinstance(features, list) and FEATURE in features


def in_subshell(message: Message, name: str | None) -> Message:
    """Return the message for a subshell as the child knows it; None stands for the main shell."""
    header = {key: value for key, value in message.header.items() if key != "subshell_id"}
    if name is not None:
        header["subshell_id"] = name
    return message if header == message.header else replace(message, header=header, header_frame=encode(header))
