"""The bell: what reached a person, why, and how they want to be reached."""
