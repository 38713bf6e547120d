"""The till of the tests stands beside the real providers."""

from pathlib import Path

import pytest

from qunluo.kernel.clock import now
from qunluo.market.queries import providers
from tests.market.makers import attach_till, shop
from tests.market.stand_in import Till


@pytest.fixture
def till(monkeypatch, settings):
    """A payment provider that does what it is told."""
    folder = str(Path(__file__).parent / "till")
    settings.PAYMENT_PROVIDERS = {**settings.PAYMENT_PROVIDERS, "till": folder}
    known, made = providers._provider, Till()
    monkeypatch.setattr(
        providers, "_provider", lambda name: made if name == "till" else known(name)
    )
    return made


@pytest.fixture
def here(db):
    """A shop that sells to everybody."""
    return shop()


@pytest.fixture
def paid_by_till(here, till):
    """A shop that is paid by the till."""
    here.till, here.account = till, attach_till(here)
    return here


@pytest.fixture
def clock(travel):
    """A clock that stands until it is moved."""
    with travel(now()) as moved:
        yield moved
