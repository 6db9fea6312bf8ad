"""What a shop brings along: the history of its store, and files of its merchant."""
