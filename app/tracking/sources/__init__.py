"""Who tells a shop where its parcels are, and is asked to."""
