"""What went to shoppers, what did not, and why."""
