"""What one kernel needs and another does not."""
