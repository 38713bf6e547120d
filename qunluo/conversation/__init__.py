"""Conversation: spaces, threads of many kinds, and who has read what."""
