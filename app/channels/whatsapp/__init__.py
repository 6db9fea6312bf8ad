"""WhatsApp: who carries messages there, templates as they were approved, and how it writes numbers."""
