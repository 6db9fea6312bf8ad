"""What a flow can do besides sending, a plug-in each."""
