"""A shop's history gone through once more by another flow: who would have been sent what (ADR 27)."""
