"""What a token reads of the books: one's own, and others' only with the scope of the desk."""

import pytest

from qunluo.ledger.models import Account
from tests.api.world import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


def paths(world):
    """The pages of a member's account and of a transfer that touched it."""
    account = Account.objects.get(
        community=world.farm, person=world.people.member, unit__code="points"
    )
    transfer = account.postings.first().transfer_id
    return f"/accounts/{account.pk}", f"/accounts/{account.pk}/statement", f"/transfers/{transfer}"


def test_a_keeper_reads_the_accounts_of_others_only_with_the_desk(door, world):
    for path in paths(world):
        narrow = door(secret=token_of(world.people.owner, "communities:read")).get(path)
        assert narrow.status_code == 404, path
        both = token_of(world.people.owner, "communities:read", "desk:read")
        for reader in (door(secret=both), door("owner")):
            assert reader.get(path).status_code == 200, path


def test_a_member_reads_their_own_with_the_narrow_scope(door, world):
    secret = token_of(world.people.member, "communities:read")
    for path in paths(world):
        assert door(secret=secret).get(path).status_code == 200, path
