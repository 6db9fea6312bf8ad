"""Real servers and processes being killed, starved and lied to; each test prints what it counted."""

from app import schema as schema  # every process of a test may flush a row of any table
