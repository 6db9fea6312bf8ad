"""Parcels as stores tell of them and are told, and what people note of them."""
