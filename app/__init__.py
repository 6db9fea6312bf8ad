"""Doorstep: post-purchase for Shopify and WooCommerce."""
