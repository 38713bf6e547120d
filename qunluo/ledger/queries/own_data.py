"""What this room holds about a person, for their own archive."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qunluo.kernel.text import _
from qunluo.ledger.models import Account, Hold, Posting, Transfer
from qunluo.ledger.queries.accounts import balances
from qunluo.ledger.rules.purposes import POINTS
from qunluo.ledger.rules.saying import amount_said
from qunluo.people.ports import Blocker

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

KEEPS = (
    _("What was booked on your accounts, as books must be kept, without your name."),
    _("The reasons of points and corrections that somebody booked by hand, you or others."),
)

HELD = (
    _("{amount} of yours is held back in “{community}”."),
    _("Wait until that is settled, or ask the owners of “{community}”; then come back."),
)
LEFT = (
    _("You still have {amount} in “{community}”."),
    _("Spend it, or ask the owners of “{community}” to pay it out; then come back."),
)


def own_documents(person: "Person") -> "Documents":
    """Return every movement on a person's accounts, what is held, and what they booked."""
    return {
        "movements": list(
            Posting.objects.filter(account__person=person)
            .order_by("pk")
            .values(
                "account__community__slug", "account__unit__code", "account__purpose", "amount",
                "transfer_id", "transfer__kind", "transfer__memo", "transfer__at",
                "transfer__occurred_at",
            )
        ),
        "held": list(
            Hold.objects.filter(account__person=person)
            .order_by("pk")
            .values(
                "account__community__slug", "account__unit__code", "amount", "state", "placed_at",
                "expires_at", "resolved_at", "captured",
            )
        ),
        "booked_by_me": list(
            Transfer.objects.filter(actor=person)
            .order_by("pk")
            .values("id", "community__slug", "kind", "memo", "at")
        ),
    }  # fmt: skip


def blockers(person: "Person") -> Iterable[Blocker]:
    """Yield what of a person's money is still open. Points keep nobody: they go with who has them.

    What is held is said apart: it ends by itself, or by who set it aside.
    """
    mine = Account.objects.filter(person=person).exclude(unit__code=POINTS)
    accounts = list(mine.select_related("unit", "community").order_by("pk"))
    for account, amounts in zip(accounts, balances(accounts).values(), strict=True):
        for amount, (message, next_step) in ((amounts.held, HELD), (amounts.free, LEFT)):
            if amount:
                yield Blocker(
                    message,
                    next_step,
                    url=f"/c/{account.community.slug}/account/",
                    names={
                        "amount": amount_said(amount, account.unit.code, person.language),
                        "community": account.community.name,
                    },
                )
