"""What there is of each thing, where, and who waits for it."""
