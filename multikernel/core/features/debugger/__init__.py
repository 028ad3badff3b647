"""The debugger: one backend at a time."""
