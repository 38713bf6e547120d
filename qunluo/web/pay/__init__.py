"""The door by which payment providers call in."""
