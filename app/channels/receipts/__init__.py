"""Adapters to those who tell what became of a message: whoever delivers the mail that we hand in."""
