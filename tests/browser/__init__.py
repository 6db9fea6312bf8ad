"""Tests of the browser kind."""
