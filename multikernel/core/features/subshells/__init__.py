"""Subshells (JEP 91)."""
