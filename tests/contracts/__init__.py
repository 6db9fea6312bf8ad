"""Tests of the contracts kind."""
