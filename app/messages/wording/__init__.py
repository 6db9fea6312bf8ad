"""A shop's own messages: written, tried, published."""
