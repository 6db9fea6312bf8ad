"""Privacy: what shoppers may ask of us, and what the law lets us keep."""
