"""Who carries a parcel: what its number says, what its store says, and a shop's own."""
