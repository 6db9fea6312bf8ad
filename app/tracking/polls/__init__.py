"""Asking carriers where parcels are, with the merchant's own keys: when, how often, and what came of it."""
