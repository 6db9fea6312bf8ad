"""The list of a shop's customers, and everything of one of them."""
