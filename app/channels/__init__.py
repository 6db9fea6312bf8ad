"""Adapters to whoever carries a message."""
