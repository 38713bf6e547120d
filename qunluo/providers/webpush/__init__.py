"""Web Push: encrypted messages to browsers through their makers' push services."""
