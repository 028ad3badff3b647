"""CurveZMQ towards the notebook, where its server asks for it; ipykernel alone is the model."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zmq
from jupyter_client.connect import write_connection_file
from nbclient import NotebookClient
from traitlets.config import Config
from zmq.utils.monitor import recv_monitor_message

from multikernel.runtime.front.connection import Connection

from .kernel import PATIENCE, Kernel, open_kernel
from .notebooks import make_notebook

CHANNELS = {
    "shell": zmq.DEALER,
    "control": zmq.DEALER,
    "stdin": zmq.DEALER,
    "iopub": zmq.SUB,
    "hb": zmq.REQ,
}
REFUSED = zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_DISCONNECTED
GIVE_UP = int(PATIENCE * 1000)

Context = zmq.Context[zmq.Socket[bytes]]


@pytest.fixture(scope="module", params=["python3", "multi"])
def encrypted(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Return a kernel whose server insists on encryption: ipykernel alone, and Multi."""
    with open_kernel(request.param, transport_encryption="required") as kernel:
        assert kernel.manager.curve_publickey is not None
        yield kernel


@pytest.fixture
def context() -> Iterator[Context]:
    """Return a context for sockets of a stranger."""
    with zmq.Context() as context:
        yield context


def gets_in(context: Context, kernel: Kernel, channel: str, *, server: bytes | None) -> bool:
    """Whether somebody with keys of his own, and what he takes for the kernel's public key, can speak to a channel."""
    with context.socket(CHANNELS[channel]) as stranger:
        stranger.linger = 0
        if server is not None:
            stranger.curve_publickey, stranger.curve_secretkey = zmq.curve_keypair()
            stranger.curve_serverkey = server
        with closing(stranger.get_monitor_socket(REFUSED | zmq.EVENT_HANDSHAKE_SUCCEEDED)) as monitor:
            stranger.connect(kernel.manager._make_url(channel))
            assert monitor.poll(GIVE_UP)
            event = recv_monitor_message(monitor)["event"]
            stranger.disable_monitor()
        return event == zmq.EVENT_HANDSHAKE_SUCCEEDED


def test_a_client_with_the_keys_can_do_everything(encrypted: Kernel) -> None:
    assert encrypted.run("6 * 7").result == "42"
    asked = encrypted.client.execute("input('name? ')", allow_stdin=True)
    assert encrypted.question()["content"]["prompt"] == "name? "
    encrypted.client.input("curve")
    assert encrypted.wait(asked).result == "'curve'"
    assert encrypted.ask("kernel_info_request", {}, channel="control").content["status"] == "ok"


def test_the_heartbeat_beats(encrypted: Kernel, context: Context) -> None:
    with context.socket(zmq.REQ) as heart:
        heart.linger = 0
        heart.curve_publickey, heart.curve_secretkey = zmq.curve_keypair()
        heart.curve_serverkey = encrypted.manager.curve_publickey
        heart.connect(encrypted.manager._make_url("hb"))
        heart.send(b"ping")
        assert heart.poll(GIVE_UP)
        assert heart.recv() == b"ping"


@pytest.mark.parametrize("channel", CHANNELS)
def test_who_has_no_keys_or_takes_another_for_the_kernel_does_not_get_in(
    encrypted: Kernel, context: Context, channel: str
) -> None:
    other, _ = zmq.curve_keypair()
    assert not gets_in(context, encrypted, channel, server=None)
    assert not gets_in(context, encrypted, channel, server=other)
    assert gets_in(context, encrypted, channel, server=encrypted.manager.curve_publickey)


def test_a_plain_subscriber_sees_nothing(encrypted: Kernel, context: Context) -> None:
    with context.socket(zmq.SUB) as spy:
        spy.linger = 0
        spy.subscribe(b"")
        with closing(spy.get_monitor_socket(REFUSED)) as monitor:
            spy.connect(encrypted.manager._make_url("iopub"))
            assert monitor.poll(GIVE_UP)
            assert encrypted.run("'for friends only'").result == "'for friends only'"
            recv_monitor_message(monitor)
            # It has tried again since, and has been turned away again.
            assert monitor.poll(GIVE_UP)
            spy.disable_monitor()
        assert not spy.poll(0)


def test_a_restarted_kernel_has_the_same_keys(encrypted: Kernel) -> None:
    before = encrypted.manager.curve_publickey
    encrypted.manager.restart_kernel()
    encrypted.client.wait_for_ready(timeout=PATIENCE)
    assert encrypted.manager.curve_publickey == before
    assert encrypted.run("6 * 7").result == "42"


@pytest.mark.parametrize("policy", ["disabled", "auto"])
def test_whether_it_is_encrypted_is_for_the_server_to_say(context: Context, policy: str) -> None:
    env = {"JPY_SESSION_NAME": "n.ipynb"}
    with open_kernel("multi", env=env, transport_encryption=policy) as kernel:
        assert gets_in(context, kernel, "iopub", server=None) is (policy == "disabled")
        assert kernel.run("import os; os.environ['JPY_SESSION_NAME']").result == "'n.ipynb'"


def test_nbclient_encrypts_if_it_is_told_to() -> None:
    config = Config({"KernelManager": {"transport_encryption": "required"}})
    notebook = make_notebook("%%python3\n6 * 7")
    NotebookClient(notebook, config=config, timeout=int(PATIENCE)).execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"] == "42"


PUBLIC, SECRET = (key.decode() for key in zmq.curve_keypair())
BAD_PAIRS = {
    "only the public key": {"curve_publickey": PUBLIC},
    "only the secret key": {"curve_secretkey": SECRET},
    "another's public key": {"curve_publickey": zmq.curve_keypair()[0].decode(), "curve_secretkey": SECRET},
    "a secret key that is too short": {"curve_publickey": PUBLIC, "curve_secretkey": SECRET[:-1]},
    "a secret key of other letters": {"curve_publickey": PUBLIC, "curve_secretkey": '"' * 40},
    "a number": {"curve_publickey": PUBLIC, "curve_secretkey": 987654321987},
}


@pytest.mark.parametrize("pair", BAD_PAIRS.values(), ids=BAD_PAIRS)
def test_bad_keys_are_one_sentence_which_does_not_tell_them(tmp_path: Path, pair: dict[str, object]) -> None:
    path, _ = write_connection_file(str(tmp_path / "kernel.json"), key=b"a key", kernel_name="multi")
    Path(path).write_text(json.dumps({**json.loads(Path(path).read_text()), **pair}))
    command = [sys.executable, "-P", "-m", "multikernel", "-f", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("curve_publickey and curve_secretkey are not a pair of CurveZMQ keys")
    assert not any(str(key) in line for key in pair.values())


def test_keys_where_libzmq_cannot_encrypt_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection({"curve_publickey": PUBLIC, "curve_secretkey": SECRET}, "kernel-1.json")
    assert connection.encryption()
    monkeypatch.setattr(zmq, "has", lambda capability: False)
    with pytest.raises(ValueError, match="has no CurveZMQ"):
        connection.encryption()
    assert not Connection({}, "kernel-1.json").encryption()
