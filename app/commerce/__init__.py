"""Commerce: what the stores told us, kept; nothing here depends on the order of arrival."""
