"""Whoever outside a merchant wants told of what happens in their shop: one plug-in each."""
