"""Every setting on one page, and the pages of those that have no other."""
