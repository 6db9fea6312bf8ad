"""What mailboxes cannot show."""
