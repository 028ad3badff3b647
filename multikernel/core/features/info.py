"""What the front answers itself, without a child: kernel_info, connect and usage."""

from collections.abc import Callable, Mapping

from ..actions import MeasureUsage, StartJob
from ..feature import Feature, Handler
from ..kernels.table import LEXER, language_info
from ..protocol.wire import Json
from ..request import Request
from ..spine import Spine

PROTOCOL_VERSION = "5.5"

USAGE = "usage"
"""Jobs, by the request that they are for."""


class Info(Feature):
    """Describes Multi."""

    def __init__(self, spine: Spine) -> None:
        """Take the spine."""
        self._spine = spine

    def requests(self) -> Mapping[str, Handler]:
        """Take what the notebook asks."""
        return {
            "kernel_info_request": lambda request: self._spine.requests.answer(request, self._kernel_info()),
            "connect_request": lambda request: self._spine.requests.answer(request, self._connect()),
            "usage_request": self._usage,
        }

    def jobs(self) -> Mapping[str, Callable[[str, object], None]]:
        """Take what has been measured."""
        return {USAGE: self._measured}

    def _kernel_info(self) -> Json:
        """Describe Multi, in the language of the configured default backend.

        Front-ends ask once, so `%%use` does not change it; papermill translates parameters into this language. Only
        the lexer is Multi's own, so that exports colour each cell in its language. The children's `supported_features`
        are not copied: every kernel that is built on ipykernel claims a debugger, and front-ends ask before any child
        has started.
        """
        state = self._spine.state
        backend = state.backends[state.config.default]
        known = backend.kernel_info.get("language_info")
        described = known if isinstance(known, dict) else language_info(backend.stated_language)
        return {
            "status": "ok",
            "protocol_version": PROTOCOL_VERSION,
            "implementation": "multikernel",
            "implementation_version": state.version,
            "language_info": {**described, "pygments_lexer": LEXER},
            "banner": f"Multi {state.version}: {', '.join(state.backends)}. %%help shows how to use them.",
            "help_links": [],
            "supported_features": self._spine.hooks.supported_features,
        }

    def _connect(self) -> Json:
        return {**self._spine.state.front_ports, "status": "ok"}

    def _usage(self, request: Request) -> None:
        self._spine.outbox.busy(request)
        self._spine.outbox.add(StartJob((USAGE, request.id), MeasureUsage()))

    def _measured(self, request_id: str, outcome: object) -> None:
        self._spine.requests.answer_from_job(request_id, outcome, dict)
