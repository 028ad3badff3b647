"""Comms and widgets."""
