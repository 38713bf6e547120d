"""What conversation decides without a database: kinds, moves, spaces, text."""
