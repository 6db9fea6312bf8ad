"""Carriers: who they are, and how each tells where its parcels are."""
