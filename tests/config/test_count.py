"""`count` makes several backends of one kernelspec, with one name for all and one for each."""

import pytest

from multikernel.core.config import BackendConfig, Group
from multikernel.core.places import AttachedPlace

from .test_reader import read


def test_a_count_makes_so_many_backends_with_one_name() -> None:
    config = read("""
default: w[1]
backends:
  worker: {kernel: python3, aliases: [w, hand], count: 2, start: eager}
  r: {kernel: ir}
""")
    assert list(config.backends) == ["worker[0]", "worker[1]", "r"]
    assert config.backends["worker[1]"] == BackendConfig(
        "worker[1]", "python3", ("w[1]", "hand[1]"), start="eager", group="worker"
    )
    assert config.groups == {"worker": Group("worker", ("worker[0]", "worker[1]"), ("w", "hand"))}
    assert config.default == "worker[1]"


@pytest.mark.parametrize("count", [1, 1000])
def test_one_and_a_thousand_are_enough(count: int) -> None:
    config = read(f"default: worker[0]\nbackends: {{worker: {{kernel: python3, count: {count}}}}}")
    assert len(config.backends) == len(config.groups["worker"].members) == count


def test_a_single_one_of_a_count_is_the_default() -> None:
    assert read("backends: {worker: {kernel: ir, count: 1}}").default == "worker[0]"


def test_an_entry_of_several_is_one() -> None:
    config = read("default: r\nbackends: {worker: {kernel: python3, count: 2}, r: {kernel: ir}}")
    assert {name: backend.name for name, backend in config.by_entry().items()} == {"worker": "worker[0]", "r": "r"}


def test_attached_kernels_of_a_group_have_a_file_each() -> None:
    config = read("""
backends: {python: {kernel: python3}, worker: {at: engines, count: 2}}
places: {engines: {connection_file: /tmp/%d/engine-%d.json}}
""")
    files = [
        backend.place.connection_file
        for backend in config.backends.values()
        if isinstance(backend.place, AttachedPlace)
    ]
    assert files == ["/tmp/0/engine-0.json", "/tmp/1/engine-1.json"]
    assert {backend.interrupt for name, backend in config.backends.items() if "worker" in name} == {"message"}
