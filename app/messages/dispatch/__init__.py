"""Dispatch: asked for, claimed, begun and taken, once."""
