"""A store that connects brings its history."""
