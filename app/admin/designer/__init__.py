"""The designer of the tracking page."""
