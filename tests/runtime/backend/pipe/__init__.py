"""Kernels at the other end of a pipe."""
