"""Sending mail, telling people what happened, and stopping for ever."""

from qunluo.reach.actions.answering import answer_letter, receive_mail
from qunluo.reach.actions.arriving import (
    Message,
    arrive,
    note_let_in,
    read_feed,
    read_feeds,
    refuse_arrival,
    settle_arrival,
)
from qunluo.reach.actions.binding import begin_binding, bind, unbind
from qunluo.reach.actions.carrying import (
    Happened,
    carry_due,
    note_visit,
    plan_sendings,
    replay_sending,
    tidy_channels,
    try_channel,
)
from qunluo.reach.actions.channels import (
    add_channel,
    edit_channel,
    remove_channel,
    rotate_secret,
)
from qunluo.reach.actions.deliver import deliver, retry_delivery, send_due
from qunluo.reach.actions.devices import add_device, remove_device, take_device
from qunluo.reach.actions.mailbox import read_mailbox
from qunluo.reach.actions.notices import (
    News,
    forget_for,
    forget_from,
    forget_hidden,
    mark_notices_read,
    notify,
    open_notice,
    read_about,
)
from qunluo.reach.actions.send import forget_person, send_email, tidy
from qunluo.reach.actions.sending import send_due_notices, send_pushes
from qunluo.reach.actions.suppress import allow_again, suppress, suppress_digest
from qunluo.reach.actions.wishes import mute_notice, set_hours, stop_mail, wish

__all__ = [
    "Happened",
    "Message",
    "add_channel",
    "answer_letter",
    "arrive",
    "begin_binding",
    "bind",
    "carry_due",
    "edit_channel",
    "note_visit",
    "plan_sendings",
    "read_feed",
    "read_feeds",
    "read_mailbox",
    "receive_mail",
    "refuse_arrival",
    "remove_channel",
    "replay_sending",
    "rotate_secret",
    "settle_arrival",
    "tidy_channels",
    "try_channel",
    "unbind",
    "News",
    "add_device",
    "deliver",
    "forget_for",
    "forget_from",
    "forget_hidden",
    "forget_person",
    "mark_notices_read",
    "mute_notice",
    "note_let_in",
    "notify",
    "open_notice",
    "read_about",
    "remove_device",
    "retry_delivery",
    "send_due",
    "send_due_notices",
    "send_email",
    "send_pushes",
    "set_hours",
    "stop_mail",
    "suppress",
    "allow_again",
    "suppress_digest",
    "take_device",
    "tidy",
    "wish",
]
