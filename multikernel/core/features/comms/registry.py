"""Which backend a comm belongs to, learned from both directions (messaging spec, "Custom Messages")."""

from dataclasses import dataclass, field

from ...protocol.wire import Json

MULTI = ""
"""The owner of a comm that Multi itself answers."""

WIDGET_TARGET = "jupyter.widget"
WIDGET_CONTROL_TARGET = "jupyter.widget.control"


@dataclass(frozen=True, slots=True)
class Comm:
    """One open comm."""

    backend: str
    target_name: str


@dataclass(slots=True)
class Registry:
    """All open comms by their id."""

    _open: dict[str, Comm] = field(default_factory=dict)

    def opened(self, comm_id: str, backend: str, target_name: str) -> bool:
        """Note a new comm; False for an id that is another backend's."""
        return self._open.setdefault(comm_id, Comm(backend, target_name)).backend == backend

    def closed(self, comm_id: str, backend: str) -> None:
        """Forget a comm that its owner or the notebook closed; any other's word is ignored."""
        if self.owner(comm_id) == backend:
            del self._open[comm_id]

    def owner(self, comm_id: str) -> str | None:
        """Return the backend of a comm, or None for one that is not open."""
        comm = self._open.get(comm_id)
        return None if comm is None else comm.backend

    def target(self, comm_id: str) -> str:
        """Return the target name of a comm that is open."""
        return self._open[comm_id].target_name

    def touch(self, comm_id: str) -> None:
        """Note that an open comm has been used."""
        self._open[comm_id] = self._open.pop(comm_id)

    def oldest(self, backend: str, kept: int) -> list[str]:
        """Return the ids of a backend's comms but for some that were opened or used last."""
        ids = [comm_id for comm_id, comm in self._open.items() if comm.backend == backend]
        return ids[: max(0, len(ids) - kept)]

    def close_all(self, backend: str) -> list[str]:
        """Forget all comms of a backend and return their ids."""
        ids = [comm_id for comm_id, comm in self._open.items() if comm.backend == backend]
        for comm_id in ids:
            del self._open[comm_id]
        return ids

    def widget_backends(self) -> set[str]:
        """Return the backends that have widgets."""
        return {comm.backend for comm in self._open.values() if comm.target_name == WIDGET_TARGET}

    def info(self, target_name: str | None) -> Json:
        """Return `comms` of a comm_info_reply, of one target where one is asked for."""
        return {
            comm_id: {"target_name": comm.target_name}
            for comm_id, comm in self._open.items()
            if target_name is None or comm.target_name == target_name
        }
