"""How hypothesis runs here: machines are shared and slow at times, so no test fails for being slow."""

from hypothesis import HealthCheck, settings

settings.register_profile("multi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("more", settings.get_profile("multi"), max_examples=3000)
settings.load_profile("multi")
