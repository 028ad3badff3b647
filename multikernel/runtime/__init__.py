"""The only part that knows zmq, anyio and jupyter_client: it performs what the core decides.

driver     performs actions, reports events; owns the task group
services   what commands and adapters may ask
front      the channels towards the notebook
backend    one child's process, channels and output
"""
