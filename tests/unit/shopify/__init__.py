"""Tests of what speaks to Shopify."""
