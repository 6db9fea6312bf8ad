"""Audience: the shoppers of a shop, what they allow, and who must not be written to."""
