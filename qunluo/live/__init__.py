"""Live: a plain ASGI process that follows the event log and tells people what they may hear."""
