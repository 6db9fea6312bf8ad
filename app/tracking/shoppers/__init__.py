"""What shoppers say and ask of their orders, and where they are told."""
