"""What a message says of its order, its cart or its reader."""
