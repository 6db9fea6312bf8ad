"""Scans: kept once, weighed, and what they amount to."""
