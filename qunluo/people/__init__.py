"""People: accounts, whole-person profiles, API tokens and what belongs to a person."""
