"""Forecasts: when parcels arrive, learnt from those that have."""
