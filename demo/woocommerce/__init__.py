"""A sample WooCommerce store: Harbor Goods of Cork, Ireland."""
