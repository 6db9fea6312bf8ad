"""Adapters to the stores: pure translation into the records of base.py, and clients of their APIs."""
