"""Tracking: parcels, their scans, and how far they have come."""
