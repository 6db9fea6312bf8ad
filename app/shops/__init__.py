"""Shops: one row for each installation, its secrets, its look and its errands."""
