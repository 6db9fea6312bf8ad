"""Hooks: who outside is told of what happens in a shop, of what, and how that goes."""
