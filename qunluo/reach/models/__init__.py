"""Mail on its way, who never wants any, and what reaches whom how."""

from qunluo.reach.models.channels import (
    Channel,
    ChannelArrival,
    ChannelAttempt,
    ChannelBinding,
    ChannelSending,
    ChannelVisit,
)
from qunluo.reach.models.mail import Delivery, MailboxMark, Suppression
from qunluo.reach.models.notices import Notice, Rhythm, Wish
from qunluo.reach.models.push import Device, Push

__all__ = [
    "Channel",
    "ChannelArrival",
    "ChannelAttempt",
    "ChannelBinding",
    "ChannelSending",
    "ChannelVisit",
    "Delivery",
    "Device",
    "MailboxMark",
    "Notice",
    "Push",
    "Rhythm",
    "Suppression",
    "Wish",
]
