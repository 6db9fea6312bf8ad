"""What the world tells us: verify, keep, answer 200."""
