"""Messages: may we, what does it say, and send it once."""
