"""The example of the docs runs as it is written."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qunluo.conversation import actions, queries
from qunluo.conversation.models import Post
from qunluo.people.actions import issue_token
from tests.conversation.makers import member, space

BOT = Path(__file__).parents[2] / "docs/how-to/bot.py"


@pytest.fixture
def site(station, live_server, settings):
    settings.LIVE_URL = f"http://127.0.0.1:{station.port}"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    return live_server.url


@pytest.mark.req("C02")
def test_the_bot_of_the_docs_answers_once_also_after_a_restart(site, here, tmp_path):
    bot = member(here, "Bot")
    _token, secret = issue_token(
        actor=bot, name="bot", scopes=["talk:read", "talk:write", "profile:read"], days=1
    )
    chat = queries.chat_of(space(here, type="chat"))
    surroundings = {**os.environ, "BOT_TOKEN": secret, "BOT_FILE": str(tmp_path / "last")}

    def start():
        return subprocess.Popen([sys.executable, str(BOT), site], env=surroundings)

    def answers():
        return list(Post.objects.filter(author=bot).order_by("place").values_list("source", flat=1))

    first = start()
    try:
        until(lambda: (tmp_path / "last").exists())
        actions.reply(actor=here.owner, thread=chat, source="!hello bot")
        until(lambda: len(answers()) == 1)
    finally:
        first.terminate()
        first.wait(10)
    actions.reply(actor=here.owner, thread=chat, source="!hello again")
    second = start()
    try:
        until(lambda: len(answers()) == 2)
        time.sleep(1)
    finally:
        second.terminate()
        second.wait(10)
    assert answers() == ["Hello Owner!", "Hello Owner!"]


def until(condition, seconds=30):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)
