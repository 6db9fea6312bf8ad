"""The tracking page: how it is arranged, kept as drawn, led to and looked at."""
