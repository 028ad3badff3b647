"""A kernel of a Jupyter server: its own one on a JupyterHub, a gateway, or one that somebody runs.

`api` is what is asked by HTTP, `websocket` is one connection to a kernel, `delivery` sees to it that nothing is lost or
runs twice where connections break, `link` is the way to one kernel.
"""
