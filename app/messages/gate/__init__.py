"""The gate: may we, and if not now, when."""
