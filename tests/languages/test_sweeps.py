"""The data sets that come with R, there and back; `sweeps` does those of many packages."""

from .kernels import Kernels, need_r_package
from .sweeps import sweep_r

PACKAGES = ["datasets", "survival"]


def test_what_comes_with_r_comes_back_or_is_refused_with_advice_that_works(kernels: Kernels) -> None:
    for package in PACKAGES:
        need_r_package(kernels, package)
    sweep = sweep_r(kernels, "python", PACKAGES)
    assert sweep.wrong == []
    assert sweep.counts["refused"] == 0
    assert sweep.counts["exact"] > 100
