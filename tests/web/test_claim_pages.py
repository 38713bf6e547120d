"""A complaint through its page: the pictures are chosen at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qunluo.market.models import Claim
from tests.market.claim_makers import bought, picture
from tests.market.conftest import here
from tests.market.makers import product

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


def pictures(number):
    return [SimpleUploadedFile(f"{n}.png", picture(), "image/png") for n in range(number)]


@pytest.mark.req("M15")
def test_up_to_three_pictures_are_chosen_at_once_and_a_fourth_is_refused_beside_them(here, client):
    one = bought(here, here.mei, product(here))
    client.force_login(here.mei)
    place = f"/c/{here.community.slug}/orders/{one.uid}/complain/"
    assert client.get(place).content.decode().count('type="file"') == 1
    said = {
        "product": one.lines.first().product_id, "kind": "broken", "words": "The sack was torn.",
        "wants": "refund_whole",
    }  # fmt: skip
    answer = client.post(place, {**said, "pictures": pictures(4)})
    assert answer.status_code == 422
    assert "最多 3 张图片。" in answer.content.decode()
    assert "The sack was torn." in answer.content.decode()
    client.post(place, {**said, "pictures": pictures(2), "alt": "A torn  sack"})
    assert [one.alt for one in Claim.objects.get().pictures.all()] == ["A torn sack"] * 2
