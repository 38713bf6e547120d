"""Search: what is found, what is not, and that nothing is found by whom it is hidden from."""

import pytest

from qunluo.conversation import queries
from qunluo.kernel.delivery import drain
from tests.conversation.makers import community, member, space, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made)
    return made


def said(farm, source, *, title="无题", where=None, who=None):
    made = thread(who or farm.mei, where or farm.square, title=title, source=source)
    drain()
    return made


def found(farm, text, viewer=None, **more):
    narrowing = queries.Narrowing(**more)
    answer = queries.search(viewer or farm.bo, text, community=farm, narrowing=narrowing)
    return [hit.number for hit in answer.hits]


PARTS = [
    "草莓", "莓", "甜草", "草莓最甜", "大棚里的草莓最甜", "iphone", "拍iPhone", "iPho",
    "Ｉphone", "cafe", "CAFÉ", "拍 了 草莓", '"Café 里"',
]  # fmt: skip
NOT_THERE = [
    "莓草", "草莓酱", "phone", "", "!!", "😀", "\0", '"', "NEAR(a b)", "*", "草 酱",
    'iphone" OR "x', "words:a", "x" * 10_000, "' OR 1=1 --", "¶post", "¶s1", "c1",
]  # fmt: skip


@pytest.mark.req("C01")
@pytest.mark.parametrize("text", PARTS)
def test_any_part_of_a_sentence_is_found(farm, text):
    made = said(farm, "大棚里的草莓最甜，我用拍iPhone拍了，在 Café 里。甜草莓")
    said(farm, "毫不相干的话")
    assert found(farm, text) == [made.number]


@pytest.mark.parametrize("text", NOT_THERE)
def test_what_does_not_stand_there_is_not_found(farm, text):
    said(farm, "大棚里的草莓最甜，我用 iPhone 拍了。words near or and not")
    assert found(farm, text) == []
