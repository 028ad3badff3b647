"""Two hosts of this machine: a laptop, which is a network alone, and a server with sshd and processes of its own.

It takes root, Linux, iproute2 and openssh-server. Only ssh runs on the laptop: a program of that name, first in PATH,
sees to that. What the server runs shares this machine's files but for those in /run and /dev/shm.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .near import KEEPERS

SSHD = "/usr/sbin/sshd"

TMP = "/run/tmp"
"""The server's folder for temporary files."""

DAEMONS = ("sshd", "munged", "slurmctld", "slurmd", "slurmscriptd")

END_SECONDS = 10.0

NEEDED = ("ip", "tc", "unshare", "nsenter", "ssh", "ssh-keygen")

SSHD_CONFIG = """
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
PermitRootLogin yes
UsePAM no
PasswordAuthentication no
SetEnv TMPDIR={tmp}
"""

SSH_CONFIG = """
Host gpu1
    HostName {address}
Host *
    User root
    IdentityFile {folder}/user_key
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile none
"""


def missing() -> str:
    """Return why there can be no hosts here; the empty text if there can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "network namespaces take root"
    programs = [name for name in NEEDED if shutil.which(name) is None] + ([] if os.path.exists(SSHD) else ["sshd"])
    if programs:
        return f"there is no {', '.join(programs)}: scripts/apt-install iproute2 openssh-server openssh-client"
    made = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, text=True, check=False)
    return made.stderr.strip()


@dataclass(frozen=True)
class Hosts:
    """Both hosts, and the network between them."""

    folder: Path
    laptop: str
    server: str
    address: str
    """The server's, for the laptop."""
    init: int
    """Process id of the server's process 1, as seen from here."""

    @property
    def bin(self) -> Path:
        """The folder with the laptop's ssh, for PATH."""
        return self.folder / "bin"

    def link(self, state: str) -> None:
        """Set the network `up` or `down`."""
        run("ip", "-n", self.laptop, "link", "set", "eth0", state)

    def speed(self, megabits: int | None) -> None:
        """Let so many megabits a second pass each way; None: all that there are."""
        for namespace, device in ((self.laptop, "eth0"), (self.server, "eth1")):
            run("tc", "-n", namespace, "qdisc", "del", "dev", device, "root", check=False)
            if megabits is not None:
                rate = ("rate", f"{megabits}mbit", "burst", "256kb", "latency", "50ms")
                run("tc", "-n", namespace, "qdisc", "add", "dev", device, "root", "tbf", *rate)

    def on_server(self, *command: str) -> str:
        """Run a command on the server and return what it writes."""
        return run("nsenter", f"--target={self.init}", "--mount", "--pid", "--uts", *command, check=False)

    def processes(self) -> list[str]:
        """Return the command lines of the server's processes, without its daemons' and this look at them."""
        lines = self.on_server("ps", "-eo", "pid=,args=").splitlines()
        return [line for line in lines if not any(name in line for name in (*DAEMONS, " ps -eo"))]

    def left(self) -> list[str]:
        """Return what there is of ours on the server: processes and folders."""
        return [*self.processes(), *filter(os.path.exists, KEEPERS)]

    def wait_for_nothing(self, seconds: float = END_SECONDS) -> None:
        """Wait until nothing of ours is left on the server; AssertionError if something stays."""
        deadline = time.monotonic() + seconds
        while left := self.left():
            assert time.monotonic() < deadline, left
            time.sleep(0.05)

    def pids(self, who: str) -> list[int]:
        """Return the server's processes of a kind, by their ids there; the first is the oldest.

        `agent` are all of the agent's: of those, sshd's are the `relay`s, behind the `holder` of a shared connection.
        """
        table = [line.split(None, 2) for line in self.on_server("ps", "-eo", "pid=,ppid=,args=").splitlines()]
        parent = {int(pid): int(ppid) for pid, ppid, _ in table}
        words = {int(pid): args for pid, _, args in table}
        kernels = [pid for pid in sorted(parent) if "ipykernel_launcher" in words[pid]]
        agents = [pid for pid in sorted(parent) if "import base64" in words[pid] and pid not in kernels]
        ours = [pid for pid in agents if "sshd" in words.get(parent[pid], "")]
        return {
            "kernel": kernels,
            "agent": agents,
            "keeper": [parent[pid] for pid in kernels],
            "guard": [parent[parent[pid]] for pid in kernels],
            "holder": ours[:1],
            "relay": ours[1:],
            "session": [parent[pid] for pid in ours[1:]],
        }[who]

    def kill(self, *pids: int) -> None:
        """Kill processes of the server."""
        self.on_server("kill", "-9", *map(str, pids))


@contextmanager
def open_hosts(folder: Path) -> Iterator[Hosts]:
    """Make the hosts, and unmake them at the end."""
    with ExitStack() as undo:
        name, subnet = f"multi{os.getpid()}{secrets.token_hex(2)}", f"10.77.{os.getpid() % 256}"
        laptop, server, address = f"{name}-laptop", f"{name}-server", f"{subnet}.2"
        for namespace in (laptop, server):
            run("ip", "netns", "add", namespace)
            undo.callback(run, "ip", "netns", "del", namespace)
        run("ip", "-n", laptop, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
        run("ip", "-n", laptop, "link", "set", "eth1", "netns", server)
        for namespace, device, own in ((laptop, "eth0", f"{subnet}.1"), (server, "eth1", address)):
            run("ip", "-n", namespace, "addr", "add", f"{own}/24", "dev", device)
            run("ip", "-n", namespace, "link", "set", device, "up")
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        _write_configs(folder, laptop, address)
        init = _start_sshd(folder, server, undo)
        yield Hosts(folder, laptop, server, address, init)


def _write_configs(folder: Path, laptop: str, address: str) -> None:
    for key in ("host_key", "user_key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key))
    (folder / "known_hosts").write_text(f"{address} {(folder / 'host_key.pub').read_text()}")
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(address=address, folder=folder, tmp=TMP))
    (folder / "ssh_config").write_text(SSH_CONFIG.format(address=address, folder=folder))
    ssh = folder / "bin" / "ssh"
    ssh.parent.mkdir()
    real = shutil.which("ssh")
    ssh.write_text(f'#!/bin/sh\nexec ip netns exec {laptop} {real} -F {folder}/ssh_config "$@"\n')
    ssh.chmod(0o755)


def _start_sshd(folder: Path, server: str, undo: ExitStack) -> int:
    """Start the server's processes, and return the id of the first of them, once sshd listens."""
    script = (
        f"mount -t tmpfs tmpfs /dev/shm && mount -t tmpfs tmpfs /run && mkdir /run/sshd && mkdir -m 1777 {TMP}"
        f" && hostname gpu1 && exec {SSHD} -D -e -f {folder}/sshd_config"
    )
    argv = ["ip", "netns", "exec", server, "unshare", "-mupf", "--kill-child", "--mount-proc", "sh", "-c", script]
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    undo.callback(process.wait)
    undo.callback(os.killpg, process.pid, signal.SIGKILL)
    assert process.stderr is not None
    undo.callback(process.stderr.close)
    said = b""
    for line in process.stderr:
        said += line
        if b"Server listening" in line:
            break
    else:
        raise RuntimeError(said.decode("utf-8", "replace"))
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def run(*command: str, check: bool = True) -> str:
    """Run a command of this machine and return what it writes."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout
