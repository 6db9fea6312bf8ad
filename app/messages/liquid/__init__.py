"""Liquid as merchants may write it, made flat and filled."""
