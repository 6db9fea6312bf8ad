"""What is wrong with parcels and orders, how it is seen, and what is said of it."""
