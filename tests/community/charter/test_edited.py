"""Copying a case is not positioning."""

import pytest

from qunluo.community.rules.edited import alike, unedited

pytestmark = [pytest.mark.req("N22")]
OFFERED = "城里每周至少在家做四顿晚饭、一直在问菜从哪里来的家庭。"


@pytest.mark.parametrize(
    "copied", [OFFERED, OFFERED + "！", f"  {OFFERED} ", OFFERED.replace("四", "三")]
)
def test_a_text_with_trifles_changed_is_still_copied(copied):
    assert alike(copied, OFFERED)


def test_a_text_of_ones_own_is_not():
    assert not alike("住在河东、愿意周六早上下地拔草的邻居。", OFFERED)


def test_empty_and_copied_fields_are_listed_and_own_ones_are_not():
    values = {"a": {"x": OFFERED, "y": "", "z": "完全是我们自己写的一句话"}}
    assert unedited(values, {"a": {"x": OFFERED, "z": "别的"}}, ["a.x", "a.y", "a.z"]) == [
        "a.x", "a.y",
    ]  # fmt: skip


def test_lists_in_another_order_are_still_copied():
    assert alike(["b", "a"], ["a", "b"])
    assert not alike(["守时", "不藏私"], ["耐心", "敞开门"])
