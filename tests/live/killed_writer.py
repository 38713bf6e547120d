"""Writes numbered messages under ids of its own, as a browser does, until it is done or killed."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "qunluo.settings"
django.setup()

from qunluo.conversation import actions, queries  # noqa: E402
from qunluo.people.queries import get_person  # noqa: E402

handle, thread, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
who, chat = get_person(handle=handle), queries.find_thread(thread)
chat.space.community = chat.community
for number in range(count):
    name = f"{handle}-{number}"
    actions.reply(actor=who, thread=chat, source=name, client_id=name)
