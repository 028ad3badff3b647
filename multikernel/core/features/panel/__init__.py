"""The comm on which front-ends see and steer the backends."""
