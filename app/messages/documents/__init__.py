"""How a message is arranged, looked at, and made into a mail and a text."""
