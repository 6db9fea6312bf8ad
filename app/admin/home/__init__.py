"""The home page of a shop, and what it counts."""
