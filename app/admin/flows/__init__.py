"""What goes out by itself: the switches, what offers bring, and the editor."""
