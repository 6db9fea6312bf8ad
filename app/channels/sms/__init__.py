"""Text messages: how long they are, and whoever carries them, a plug-in each."""
