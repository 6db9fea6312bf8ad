"""Flows: what starts a message, and whether the merchant has switched it on."""
