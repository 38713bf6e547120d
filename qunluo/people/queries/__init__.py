"""What may be asked about people, and the limits that doors show beside their forms."""

from qunluo.people.queries.access import (
    Access,
    access_of,
    erasure_blockers,
    erasure_keeps,
    own_documents,
)
from qunluo.people.queries.person import (
    Card,
    Profile,
    Viewer,
    address_of,
    addresses_of,
    email_state,
    find_person_by_email,
    get_person,
    people_by_email,
    person_card,
    picture_url,
    profile_for,
)
from qunluo.people.queries.token import get_token, person_by_token, token_by_secret, tokens_of
from qunluo.people.rules import AUDIENCES, LENGTHS, SCOPES, SIGN_IN, TOKEN_DAYS, VISIBLE, clean_text

__all__ = [
    "AUDIENCES",
    "Access",
    "Card",
    "LENGTHS",
    "Profile",
    "SCOPES",
    "SIGN_IN",
    "TOKEN_DAYS",
    "VISIBLE",
    "Viewer",
    "access_of",
    "address_of",
    "addresses_of",
    "clean_text",
    "email_state",
    "erasure_blockers",
    "erasure_keeps",
    "find_person_by_email",
    "get_person",
    "get_token",
    "own_documents",
    "people_by_email",
    "person_by_token",
    "person_card",
    "picture_url",
    "profile_for",
    "token_by_secret",
    "tokens_of",
]
