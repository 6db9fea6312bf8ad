"""Real servers and processes being killed, starved and lied to; each test prints what it counted."""
