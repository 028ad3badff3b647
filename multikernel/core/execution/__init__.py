"""Cells on their way through the queue, and what interrupts them."""
