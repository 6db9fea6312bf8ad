"""A sample Shopify store: Ridge & Pine of Portland, Oregon."""
