"""What RQ workers do: open a transaction, call app, close it; no data in a job."""

SLICE = 5.0
"""Seconds after which a job makes room for others and asks to be called again."""
