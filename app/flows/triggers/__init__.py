"""One file per trigger: what starts a flow, and the message it asks for."""
