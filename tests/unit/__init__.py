"""Tests of the unit kind."""
