"""Store credit for boxes that were skipped, where the share says so."""

from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Cause, Leg, Wanted
from qunluo.market.models import Entitlement, Instalment, ShareContract, ShareSeason
from qunluo.market.rules.payments import credit_unit

CREDIT = ShareSeason.SkipGives.CREDIT


def credit_skipped(contract: ShareContract) -> None:
    """Give store credit for skipped boxes whose part is paid, each once; the contract is held."""
    skipped = Entitlement.objects.filter(
        contract=contract, state=Entitlement.State.SKIPPED, credited=0
    )
    boxes = list(skipped.select_related("delivery"))
    if contract.skip_gives != CREDIT or not boxes:
        return
    paid = Instalment.objects.filter(contract=contract, paid_at__isnull=False, rise=None)
    parts = list(paid.select_related("first", "last"))
    community, unit = contract.season.community, credit_unit(contract.currency)
    for box in boxes:
        day = box.delivery.day
        part = next((one for one in parts if one.first.day <= day <= one.last.day), None)
        worth = part.amount // part.boxes if part else 0
        if not worth or not Entitlement.objects.filter(pk=box.pk, credited=0).update(
            credited=worth
        ):
            continue
        wallet, issued = ledger.ensure_accounts(
            community=community,
            wanted=[Wanted("wallet", unit, contract.person), Wanted("issued", unit)],
        )
        ledger.post(
            community=community,
            kind="topup",
            legs=[Leg(issued, -worth), Leg(wallet, worth)],
            key=f"skipped:{contract.uid}:{box.delivery_id}",
            cause=Cause("share", contract.uid),
        )
