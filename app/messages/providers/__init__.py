"""Who carries a shop's mail: providers of the merchant's own, and the operator's server."""
