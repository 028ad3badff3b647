"""ipynbname: code in a cell asks the server which notebook its kernel belongs to."""

from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from tests.e2e.kernel import PATIENCE, Json
from tests.e2e.notebooks import make_notebook, write_notebook

from .servers import open_server, post

OPTIONS = (
    *("--no-browser", "--allow-root", "--IdentityProvider.token="),
    *("--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
)


@pytest.mark.parametrize("kernel", ["python3", "multi"])
def test_a_cell_knows_the_name_of_its_notebook(tmp_path: Path, kernel: str) -> None:
    write_notebook(make_notebook(kernel=kernel), tmp_path / "the notebook.ipynb")
    runtime = tmp_path / "runtime"
    env = {"JUPYTER_RUNTIME_DIR": str(runtime)}
    with open_server(tmp_path, "jupyter_server", *OPTIONS, port_option="--ServerApp.port", env=env) as url:
        session = {"path": "the notebook.ipynb", "name": "", "type": "notebook", "kernel": {"name": kernel}}
        started = post(f"{url}/api/sessions", session)["kernel"]["id"]
        client = BlockingKernelClient()
        client.load_connection_file(str(runtime / f"kernel-{started}.json"))
        # On a slow machine a kernel's heart beats late while it starts.
        client.hb_channel.time_to_dead = PATIENCE
        client.start_channels()
        try:
            client.wait_for_ready(timeout=PATIENCE)
            contents: list[Json] = []
            client.execute_interactive(
                "import ipynbname; print(ipynbname.name())",
                timeout=PATIENCE,
                output_hook=lambda message: contents.append(message["content"]),
            )
            assert [content["text"] for content in contents if "text" in content] == ["the notebook\n"], contents
        finally:
            client.stop_channels()
