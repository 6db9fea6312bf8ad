"""What is installed in stores, and how it is packed."""
