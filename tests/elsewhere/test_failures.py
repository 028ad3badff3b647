"""What OpenSSH itself says when a place cannot be reached, told in one sentence with what to do."""

import sys
from pathlib import Path

import anyio
import pytest

from multikernel.core.errors import MultiError
from multikernel.core.places import SshPlace
from multikernel.runtime.backend.links.pipe.probe import probe

from .hosts import Hosts
from .near import open_near

pytestmark = pytest.mark.anyio

OLD = Path("~/.pyenv/versions/3.6.15/bin/python").expanduser()

PLACES = {
    "name": (SshPlace("gpu", "nonesuch"), "there is no host nonesuch; run `ssh nonesuch` in a terminal"),
    "refused": (SshPlace("gpu", "ssh://gpu1:1"), "nothing listens for ssh on ssh://gpu1:1; run `ssh"),
    "permission": (SshPlace("gpu", "nobody@gpu1"), "nobody@gpu1 does not let you in without asking; run `ssh-copy-id"),
    "python": (SshPlace("gpu", "gpu1", python="nonesuch"), "no nonesuch there; run `ssh gpu1 nonesuch --version`"),
    "path": (SshPlace("gpu", "gpu1", python="~/none such"), "there is no ~/none such there"),
    "old": (SshPlace("gpu", "gpu1", python=str(OLD)), "there is Python 3.6.15, but Multi needs 3.8 or later"),
    "kernelspec": (SshPlace("gpu", "gpu1", python=sys.executable), "there is no kernelspec 'nonesuch' there"),
    "option": (SshPlace("gpu", "-oProxyCommand=touch hacked"), "there is no host -oProxyCommand"),
}


@pytest.mark.parametrize("what", PLACES)
async def test_a_place_that_cannot_be_reached(hosts: Hosts, what: str) -> None:
    place, text = PLACES[what]
    if what == "old" and not OLD.exists():
        pytest.skip("there is no old Python")
    why = await start_error(place)
    assert text in why
    said = await probe(place)
    assert said == "" if what == "kernelspec" else said in why


async def test_a_host_key_that_is_not_known(hosts: Hosts) -> None:
    known = hosts.folder / "known_hosts"
    right = known.read_text()
    try:
        known.write_text("")
        assert "the host key of gpu1 is not known here" in await start_error(SshPlace("gpu", "gpu1"))
        key = (hosts.folder / "user_key.pub").read_text().split()[1]
        known.write_text(f"{right.split()[0]} ssh-ed25519 {key}\n")
        assert "the host key of gpu1 has changed" in await start_error(SshPlace("gpu", "gpu1"))
    finally:
        known.write_text(right)


async def test_a_host_that_is_down(hosts: Hosts) -> None:
    hosts.link("down")
    with anyio.fail_after(20):
        assert "gpu1 cannot be reached" in await start_error(SshPlace("gpu", "gpu1"))


async def test_a_user_who_shares_connections_shares_this_one(hosts: Hosts) -> None:
    config = hosts.folder / "ssh_config"
    before = config.read_text()
    socket = hosts.folder / "own"
    try:
        config.write_text(f"ControlMaster auto\nControlPath {socket}\n{before}")
        async with open_near(SshPlace("gpu", "gpu1", python=sys.executable)) as near, near.open() as backend:
            assert socket.exists()
            assert await backend.run("print(1)") == ["1", "ok"]
            assert [each.name for each in Path(near.directory).iterdir() if each.is_socket()] == []
    finally:
        config.write_text(before)


async def test_what_a_config_has_for_terminals_is_not_in_the_way(hosts: Hosts) -> None:
    config = hosts.folder / "ssh_config"
    before = config.read_text()
    for_terminals = (
        "RemoteCommand top\nRequestTTY force\nExitOnForwardFailure yes\nLocalForward 1 x:1\nLogLevel QUIET\n"
    )
    try:
        config.write_text(
            f"{for_terminals}LocalForward 127.0.0.1:77 nonesuch:1\nLocalForward 192.0.2.1:7 x:1\n{before}"
        )
        assert await probe(SshPlace("gpu", "gpu1", python=sys.executable)) == ""
        assert "no host nonesuch" in await probe(SshPlace("gpu", "nonesuch"))
    finally:
        config.write_text(before)


async def start_error(place: SshPlace) -> str:
    """Return why a backend does not start; it is known within some seconds."""
    async with open_near(place) as near:
        with anyio.fail_after(20):
            try:
                async with near.open(kernel="nonesuch"):
                    return ""
            except MultiError as error:
                return str(error)
