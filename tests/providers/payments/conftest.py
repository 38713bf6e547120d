import pytest

from qunluo.kernel.clock import travel
from qunluo.providers import calling, outside
from qunluo.providers.payments.wechatpay import line as lines
from qunluo.providers.payments.wechatpay.provider import Provider
from tests.providers.payments.standins import NOON
from tests.providers.payments.wechat import Accounts, WeChat


@pytest.fixture
def here(monkeypatch):
    """Let calls come to this machine, and let nobody wait for long."""
    monkeypatch.setattr(outside, "leads_outside", lambda address: True)
    monkeypatch.setattr(calling, "SECONDS", 1)


@pytest.fixture(autouse=True)
def noon():
    with travel(NOON) as clock:
        yield clock


@pytest.fixture
def wechat(here):
    service = WeChat()
    lines._held.clear()
    yield service
    service.stop()


@pytest.fixture
def wechatpay(wechat):
    provider = Provider()
    provider.base = wechat.base
    return provider


@pytest.fixture
def accounts(wechatpay):
    service = Accounts()
    wechatpay.accounts = service.base
    yield service
    service.stop()
