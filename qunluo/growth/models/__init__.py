"""Tables of the growth room."""

from qunluo.growth.models.customers import Customer, InviteBatch, PastOrder
from qunluo.growth.models.founding import FoundingContact, OutreachEntry
from qunluo.growth.models.imports import (
    CommunityExport,
    CustomerImport,
    RowError,
    StagedCustomer,
    StagedOrder,
)
from qunluo.growth.models.invitations import (
    GrowthPolicy,
    Invitation,
    InvitationUse,
    InviterAllowance,
)

__all__ = [
    "CommunityExport",
    "Customer",
    "CustomerImport",
    "FoundingContact",
    "GrowthPolicy",
    "Invitation",
    "InvitationUse",
    "InviteBatch",
    "InviterAllowance",
    "OutreachEntry",
    "PastOrder",
    "RowError",
    "StagedCustomer",
    "StagedOrder",
]
