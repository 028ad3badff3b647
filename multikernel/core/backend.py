"""What the core knows of each backend: its state, what its kernel is, and what it has been told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .config import BackendConfig, InterruptMode, Kernelspec
from .kernels.table import DEFAULTS, KernelProfile, language_of, profile_of
from .protocol.rewrite import Origin
from .protocol.wire import Json


class BackendState(StrEnum):
    """The states that `%%backends` shows."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"


@dataclass(slots=True)
class Backend:
    """One backend as the router sees it."""

    config: BackendConfig
    kernelspec: Kernelspec | None
    """None where the configured kernelspec is not installed."""
    last_lines: Callable[[], Sequence[str]]
    """The last lines that its process wrote to stderr and stdout."""
    state: BackendState = BackendState.STOPPED
    kernel_info: Json = field(default_factory=dict)
    """Content of its last kernel_info_reply; empty before its first start."""
    profile: KernelProfile = DEFAULTS
    next_count: int = 1
    """The number that the child's own counter gives its next cell. Written by delivery."""
    cells_run: int = 0
    """Written by delivery."""
    has_plot_options: bool = False
    """The last cell has set how big its plots are. Written by delivery."""
    messages_heard: int = 0
    """Written by relay."""
    ignores_interrupts: bool = False
    """An interrupt had no effect; the next one restarts it. Written by interrupts."""
    is_leaving: bool = False
    """Its process is about to end, as `exit` has asked it to: what comes next is for a new one."""
    progress: str = ""
    """How far its start has come, in words; empty where there is nothing to tell. Written by lifecycle."""
    shows_progress: bool = False
    """The cells that wait for it show its progress. Written by lifecycle."""
    lost: str = ""
    """Why it cannot be reached now, although its process may run; empty while it can. Written by lifecycle."""
    latest: Origin | None = None
    """Of the cell that it was sent last. Written by exchanges."""
    _notices: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name in header lines."""
        return self.config.name

    @property
    def stated_language(self) -> str:
        """Its language in lower case as the config states it, else as its kernelspec does; empty if neither does."""
        return (self.config.language or (self.kernelspec.language if self.kernelspec else "")).lower()

    @property
    def language(self) -> str:
        """Its language in lower case: as its kernel reports it, or before the first start as stated."""
        return language_of(self.kernel_info).lower() or self.stated_language

    @property
    def is_attached(self) -> bool:
        """Whether its kernel is somebody else's: Multi connects to it, and neither starts nor ends it."""
        if self.config.place is None:
            return False
        from .places import AttachedPlace

        return isinstance(self.config.place, AttachedPlace)

    @property
    def interrupt_mode(self) -> InterruptMode:
        """How it is interrupted: as configured, else as the table of kernels knows, else as its kernelspec says.

        An attached kernel is asked by message, since only its owner knows its process.
        """
        if self.is_attached:
            return "message"
        spec_mode = self.kernelspec.interrupt_mode if self.kernelspec else "signal"
        return self.config.interrupt or self.profile.interrupt or spec_mode

    @property
    def flush(self) -> str:
        """Code that prints a `{mark}` behind all that was printed before; empty: its idle comes last, or nobody knows.

        An attached kernel prints none: what that needs has not been set up, and its owner would see it.
        """
        return "" if self.is_attached else self.profile.flush

    def notice(self, text: str) -> None:
        """Keep a line for the next cell that runs here."""
        self._notices.append(text)

    def take_notices(self) -> list[str]:
        """Return the lines for the next cell, and forget them."""
        notices, self._notices = self._notices, []
        return notices

    @property
    def takes_cells(self) -> bool:
        """Whether a cell can be sent to it."""
        return self.state is BackendState.READY and not self.is_leaving

    @property
    def can_be_asked(self) -> bool:
        """Whether it answers at once if it has nothing to do."""
        return self.state is BackendState.READY and not self.lost

    def starting(self) -> None:
        """Note that a child is on its way."""
        self.state = BackendState.STARTING
        self.is_leaving = False

    def leaving(self) -> None:
        """Note that the child is about to end."""
        self.is_leaving = True

    def stays(self) -> None:
        """Note that it has not ended."""
        self.is_leaving = False

    def introduced(self, kernel_info: Json) -> None:
        """Note what the child reports about itself."""
        self.kernel_info = kernel_info
        self.profile = profile_of(kernel_info)

    def ready(self) -> None:
        """Note that the child runs cells from now on."""
        self.state = BackendState.READY
        self.progress, self.shows_progress = "", False

    def ended(self) -> None:
        """Note that the child has gone."""
        self.state = BackendState.STOPPED
        self.lost = self.progress = ""
        self.shows_progress = False
        self._notices.clear()
        self.latest = None
        self.next_count = 1
        self.has_plot_options = False
        self.ignores_interrupts = False
