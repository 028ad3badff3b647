"""A server may cull a kernel that has nothing to do, though a front-end watches it."""

import json
from pathlib import Path
from queue import Empty
from uuid import uuid4

from jupyter_client.blocking.client import BlockingKernelClient

from tests.e2e.kernel import PATIENCE

from .servers import get, open_server, post

OPTIONS = (
    *("--no-browser", "--allow-root", "--IdentityProvider.token="),
    *("--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
)

QUIET_SECONDS = 20


def test_a_comm_that_is_open_is_no_activity(tmp_path: Path) -> None:
    env = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    with open_server(tmp_path, "jupyter_server", *OPTIONS, port_option="--ServerApp.port", env=env) as url:
        kernel = post(f"{url}/api/kernels", {"name": "multi"})["id"]
        client = BlockingKernelClient()
        client.load_connection_file(str(tmp_path / "runtime" / f"kernel-{kernel}.json"))
        client.start_channels(hb=False)
        try:
            _watch(client)
            client.execute_interactive("1", timeout=PATIENCE)
            client.execute_interactive("%%wait", timeout=PATIENCE, output_hook=lambda message: None)
            assert any(not _hears(client, 1) for _ in range(20))
            before = json.loads(get(f"{url}/api/kernels/{kernel}"))
            assert not _hears(client, QUIET_SECONDS)
            after = json.loads(get(f"{url}/api/kernels/{kernel}"))
            assert (after["last_activity"], after["execution_state"]) == (before["last_activity"], "idle")
            client.execute_interactive("2", timeout=PATIENCE)
            assert json.loads(get(f"{url}/api/kernels/{kernel}"))["last_activity"] > before["last_activity"]
        finally:
            client.stop_channels()


def _watch(client: BlockingKernelClient) -> None:
    """Open a comm, and wait until a snapshot has come on it."""
    content = {"comm_id": uuid4().hex, "target_name": "multikernel", "data": {}}
    client.wait_for_ready(timeout=PATIENCE)
    client.shell_channel.send(client.session.msg("comm_open", content))
    while client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "comm_msg":
        pass


def _hears(client: BlockingKernelClient, seconds: float) -> bool:
    """Whether the kernel publishes anything within a time."""
    try:
        client.get_iopub_msg(timeout=seconds)
    except Empty:
        return False
    return True
