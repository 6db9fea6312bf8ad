"""Where parcels are, in words."""
