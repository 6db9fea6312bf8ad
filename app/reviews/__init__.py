"""What shoppers say of what they bought: written on our form, judged by their text alone, told the store."""
