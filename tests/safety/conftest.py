"""One town for the whole folder, and what its pages offer; every test takes back what it did."""

import pytest
from django.db import transaction

from qunluo.growth.queries import imports_folder
from tests.api.world import token_of
from tests.safety.crawl import Crawl
from tests.web.everybody import town


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """One of everything, built once: each test is a savepoint in its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = town()
        people = ("owner", "member", "other", "outsider")
        built.tokens = {role: token_of(getattr(built.people, role)) for role in people}
        yield built
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def crawl(world):
    """The pages of everybody and the forms on them, each looked at once."""
    return Crawl(world)


@pytest.fixture(autouse=True)
def _calm(request, caplog, monkeypatch, settings):
    """Refusals by the hundred; limits only where they are what is tested."""
    for logger in ("django.request", "django.security", "qunluo"):
        caplog.set_level("CRITICAL", logger)
    if "limits" not in request.fixturenames:
        monkeypatch.setenv("QUNLUO_NO_RATE_LIMITS", "1")
        settings.ACCOUNT_RATE_LIMITS = False
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 60 * 60  # seconds


@pytest.fixture(autouse=True)
def _files_stay(request):
    """What a test deletes on the disk comes back, as its rows do."""
    if "world" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("world")
    kept = {file: file.read_bytes() for file in imports_folder().iterdir() if file.is_file()}
    yield
    for file, data in kept.items():
        if not file.exists():
            file.write_bytes(data)


@pytest.fixture
def limits():
    """Rate limits as in production."""
