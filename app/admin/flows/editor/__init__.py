"""The pages on which a merchant writes a flow, tries it and publishes it."""
