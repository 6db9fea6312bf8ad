"""Who tells where parcels are, and what of it shoppers see."""
