"""A bot that answers `!hello`; python3 bot.py https://community.example.org"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SITE, TOKEN = sys.argv[1].rstrip("/"), os.environ["BOT_TOKEN"]
KEPT = Path(os.environ.get("BOT_FILE", "bot.last"))


def ask(url, said=None, **headers):
    headers |= {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    body = None if said is None else json.dumps(said).encode()
    return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60)


def listen(stream):
    for line in stream:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "id":
            last = value
        elif name == "data":
            heard(json.loads(value))
        elif not name and "last" in locals():
            fresh = KEPT.with_suffix(".new")  # whole or not at all, whenever the bot is stopped
            fresh.write_text(last)
            fresh.replace(KEPT)  # after it was dealt with, so that nothing is left out


def heard(event):
    others = event["what"] == "post" and event["author"]["handle"] != ME
    if others and "!hello" in event["html"]:
        where = f"communities/{event['community']}/threads/{event['thread']}/replies"
        hello = {"source": f"Hello {event['author']['name']}!", "reply_to": event["place"]}
        ask(f"{SITE}/api/v1/{where}", hello | {"client_id": f"hello-{event['id']}"})


ME = json.load(ask(f"{SITE}/api/v1/me"))["handle"]
while True:
    try:
        last = {"Last-Event-ID": KEPT.read_text()} if KEPT.exists() else {}
        listen(ask(json.load(ask(f"{SITE}/api/v1/me/live"))["url"], **last))
    except (OSError, urllib.error.HTTPError) as error:
        print(f"Trying again: {error}", file=sys.stderr)
    time.sleep(2)
