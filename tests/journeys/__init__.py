"""Tests of the journeys kind."""
