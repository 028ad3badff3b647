"""Backends on another host, made of network and process namespaces, and what breaks on the way there."""
