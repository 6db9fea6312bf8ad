"""Tests of the architecture kind."""
