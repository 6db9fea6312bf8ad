"""What shoppers answer when they are asked how it went, or why they stay away."""
