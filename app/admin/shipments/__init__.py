"""The list of parcels, and everything of one of them."""
