"""The editor of messages."""
