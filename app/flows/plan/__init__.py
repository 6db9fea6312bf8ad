"""Flows as data: what one says, whether it is sound, and what happens next in it; pure."""
