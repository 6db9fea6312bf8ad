"""Who else hears of what happens."""
