"""Kernels that others wrote, each compared with itself behind Multi: `make zoo`."""
