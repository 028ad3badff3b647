"""The only part that knows zmq, anyio and jupyter_client: it performs what the core decides.

front     the five channels towards the notebook
child     one process of a backend: its channels, its start, its death
driver       owns the task group and performs the router's actions
watchdog  ends the children when the front has been killed
"""
