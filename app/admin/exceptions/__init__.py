"""What goes wrong with parcels and orders, until it is over."""
