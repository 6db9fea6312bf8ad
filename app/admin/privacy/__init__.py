"""What privacy law asks for, and who looked at whose data."""
