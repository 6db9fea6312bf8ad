"""What there is of each thing, and who waits."""
