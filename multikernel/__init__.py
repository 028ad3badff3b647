"""Multi: one Jupyter kernel in front of all your kernels."""

__version__ = "0.1.0"
