"""What shoppers say: of products, and of the shop."""
