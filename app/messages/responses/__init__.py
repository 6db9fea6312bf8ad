"""What comes back of messages: receipts, clicks and replies."""
