"""Over what messages go: mail servers, providers of texts, WhatsApp."""
