"""What a front-end shows of the backends, beside the cells."""
