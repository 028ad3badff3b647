"""An sshd on loopback, of this user, with keys of its own."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .lacking import lacking

SSHD_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
PermitRootLogin yes
UsePAM no
PasswordAuthentication no
"""

SSH_CONFIG = """
Host here
    HostName 127.0.0.1
    Port {port}
    User {user}
    IdentityFile {folder}/user_key
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    BatchMode yes
    ControlMaster auto
    ControlPath {folder}/%C
    ControlPersist 10
"""


@contextmanager
def open_sshd(folder: Path) -> Iterator[Path]:
    """Start it; yield a config for ssh, in which the host is called `here`. The folder's path must be short."""
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if sshd is None:
        lacking("sshd: scripts/apt-install openssh-server openssh-client")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for key in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text()}")
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(folder=folder, port=port))
    config = folder / "ssh_config"
    config.write_text(SSH_CONFIG.format(folder=folder, port=port, user=getpass.getuser()))
    if os.getuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    with subprocess.Popen([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if b"Server listening" in line:
                    break
            yield config
        finally:
            subprocess.run(["ssh", "-F", str(config), "-O", "exit", "here"], capture_output=True, check=False)
            process.terminate()
