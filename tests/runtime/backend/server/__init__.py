"""Tests of the link to a Jupyter server, without one."""
