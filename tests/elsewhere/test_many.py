"""More backends of one place than sshd grants sessions on a connection."""

import sys

import pytest

from multikernel.core.places import SshPlace

from .hosts import Hosts
from .many import check_many


@pytest.mark.anyio
@pytest.mark.parametrize("count", [12, pytest.param(32, marks=pytest.mark.long)])
async def test_many_backends(hosts: Hosts, count: int) -> None:
    await check_many(hosts, SshPlace("gpu", "gpu1", python=sys.executable), count)
