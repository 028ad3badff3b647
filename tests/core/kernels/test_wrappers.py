"""What starts a kernel as a child of its own is known by its name."""

import pytest

from multikernel.core.kernels.wrappers import is_wrapper


@pytest.mark.parametrize(
    ("argv", "wraps"),
    [
        (["docker", "exec", "-i", "box", "python"], True),
        (["/usr/bin/bwrap", "--ro-bind", "/", "/", "python"], True),
        (["env", "A=1", "python"], False),
        (["python3", "-m", "ipykernel_launcher"], False),
        ([], False),
    ],
)
def test_it_is_known_by_its_name(argv: list[str], wraps: bool) -> None:
    assert is_wrapper(argv) == wraps
