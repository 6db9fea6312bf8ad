"""The connection to a store: made, looked after, and let go."""
