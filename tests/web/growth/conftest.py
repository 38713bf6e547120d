"""Browsers of people, and a farm with customers."""

import pytest
from django.test import Client

from tests.growth import makers

LIST = """会员号,姓名,手机,邮箱,同意,最近购买,累计消费
A1,老张,13800138000,zhang@example.cn,是,2024-01-02,900
A2,老李,13900139000,,是,2024-02-02,800
A3,小王,,wang@example.cn,否,2024-03-02,700
"""
RULES = [{"id": "r1", "title": "Be kind", "text": "No insults.", "value": "kindness"}]


def browser(who=None, language="en"):
    """A browser of a person, or of a visitor."""
    client = Client(headers={"accept-language": language})
    if who is not None:
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
    return client


@pytest.fixture
def farm(db):
    """A published farm with rules."""
    return makers.community(rules=RULES, selection="invitation")


@pytest.fixture
def listed(farm):
    """The same with three customers."""
    makers.imported(farm, LIST)
    return farm


@pytest.fixture
def owner(farm):
    """The browser of its owner."""
    return browser(farm.owner)
