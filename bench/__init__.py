"""One command for each figure, each against a peer or a limit in the same run."""
