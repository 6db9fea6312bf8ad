"""Tests; see ARCHITECTURE.md for what goes where."""
