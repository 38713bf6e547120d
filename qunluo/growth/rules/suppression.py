"""How a phone number stands on the suppression list, which knows addresses only."""


def as_address(phone: str) -> str:
    """Return the phone as an address that no mail reaches, or nothing.

    >>> as_address("+8613800138000")
    '+8613800138000@tel.invalid'
    """
    return f"{phone}@tel.invalid" if phone else ""
