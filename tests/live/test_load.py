"""Many read, several write, writers are killed and send again: nothing is lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from qunluo.conversation import queries
from qunluo.conversation.models import Post
from tests.conversation.makers import member, space
from tests.stories.conftest import address_of_database

READERS, WRITERS, EACH = 40, 3, 30
WRITER = Path(__file__).with_name("killed_writer.py")


@pytest.mark.slow
@pytest.mark.req("C02")
def test_no_message_is_lost_or_doubled_though_writers_die_and_readers_are_cut(station, here):
    chance = random.Random(5)
    writers = [member(here, f"W{number}", role="operator") for number in range(WRITERS)]
    readers = [member(here, f"R{number}") for number in range(READERS)]
    chat = queries.chat_of(space(here, type="chat"))
    sessions = [station.session(one) for one in readers]
    listening = [
        station.listen(who, watch=chat.pk, session=key)
        for who, key in zip(readers, sessions, strict=True)
    ]
    got = [[] for _ in readers]
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "QUNLUO_DATABASE_URL": address_of_database(),
        "QUNLUO_DATA_DIR": str(settings.DATA_DIR),
        "QUNLUO_NO_RATE_LIMITS": "1",
    }

    def start():
        return [
            subprocess.Popen(
                [sys.executable, str(WRITER), who.handle, str(chat.pk), str(EACH)],
                env=surroundings,
            )
            for who in writers
        ]

    def wait(condition, seconds=120):
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit
            time.sleep(0.02)

    dying = start()
    wait(lambda: Post.objects.filter(thread=chat).count() >= EACH)
    for one in dying:
        one.send_signal(signal.SIGKILL)
        one.wait(10)
    again = start()
    for number in chance.sample(range(READERS), READERS // 2):
        listening[number].cut()
        got[number] += listening[number].places()
        last = next((i for i in reversed(listening[number].ids) if i), "")
        listening[number] = station.listen(
            readers[number], watch=chat.pk, session=sessions[number], last=last
        )
    assert [one.wait(120) for one in again] == [0] * WRITERS
    total = WRITERS * EACH
    wait(lambda: all(one.places()[-1:] == [total] for one in listening), 30)
    for before, one in zip(got, listening, strict=True):
        assert before + one.places() == list(range(1, total + 1))
    said = list(Post.objects.filter(thread=chat).values_list("source", flat=True))
    assert sorted(said) == sorted(f"{w.handle}-{n}" for w in writers for n in range(EACH))
