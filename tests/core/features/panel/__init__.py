"""The front-end's comm."""
