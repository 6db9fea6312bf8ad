"""What is said on WhatsApp: in templates that were approved, or freely for a day after somebody wrote."""
