"""What it all brought: figures that are kept, and how sure they are."""
