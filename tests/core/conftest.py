"""How hypothesis runs here: machines are shared and slow at times, so no example has a deadline."""

from hypothesis import settings

settings.register_profile("multi", deadline=None)
settings.load_profile("multi")
