"""What flows are about, a file each: its facts, and whom its messages go to."""
