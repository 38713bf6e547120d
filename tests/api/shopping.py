"""Knocking at a shop through the API: as anybody, with any scopes."""

import pytest

from tests.api.conftest import Door
from tests.api.world import token_of
from tests.market.makers import variant

FETCH = {"method": "virtual"}


@pytest.fixture
def knock():
    """Requests as a person, with a token for everything or for the scopes named."""

    def door(who=None, *scopes):
        return Door(token_of(who, *scopes) if who else "")

    return door


@pytest.fixture
def at(here):
    """The address of the community of the shop."""
    return f"/communities/{here.community.slug}"


def lines(made, quantity=1):
    return {"lines": [{"variant_id": variant(made).pk, "quantity": quantity}], "delivery": FETCH}


def placed(knock, at, who, made, quantity=1, headers=None, **more):
    return knock(who).post(f"{at}/orders", {**lines(made, quantity), **more}, headers=headers)
