"""What RQ workers do: open a transaction, call app, close it; no data in a job."""

from sqlalchemy.exc import SQLAlchemyError

FAULTS = (SQLAlchemyError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What a mistake of ours about one row may raise: that row is put off, and its neighbors go on."""
SLICE = 5.0
"""Seconds after which a job makes room for others and asks to be called again."""
