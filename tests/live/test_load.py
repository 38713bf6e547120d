"""Many read, several write, the web server is killed: nothing is lost, nothing doubled.

Smaller than the load that is promised, which `python -m benchmarks load` puts on: 500 and 50.
"""

import os

import pytest
from django.conf import settings
from django.db import connections

from benchmarks.live import Town
from benchmarks.load import storm
from tests.stories.conftest import address_of_database

READERS, WRITERS, EACH = 100, 10, 8


@pytest.mark.slow
@pytest.mark.req("C02")
def test_no_message_is_lost_or_doubled_though_the_web_server_dies(transactional_db, monkeypatch):
    surroundings = {
        "QUNLUO_DATABASE_URL": address_of_database(),
        "QUNLUO_DATA_DIR": str(settings.DATA_DIR),
        "QUNLUO_NO_RATE_LIMITS": "1",
        "QUNLUO_WEB_THREADS": "4",
    }
    for name, value in surroundings.items():
        monkeypatch.setitem(os.environ, name, value)
    told = storm(Town(25), READERS, WRITERS, EACH)
    connections.close_all()
    assert (told.messages, told.lost, told.doubled) == (WRITERS * EACH, 0, 0)
    assert told.again, "nobody noticed that the web server was away"
