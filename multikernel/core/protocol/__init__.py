"""Messages on the wire, and what changes in them."""
