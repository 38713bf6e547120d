"""A return or complaint on its page: pictures that its buyer adds later."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.market.claim_makers import bought, complaint, picture
from tests.market.conftest import here
from tests.market.makers import product

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("M15")]


def sent(data, alt="The torn <corner>"):
    return {"picture": SimpleUploadedFile("a.png", data, "image/png"), "alt": alt}


def test_its_buyer_adds_up_to_three_pictures_and_says_what_they_show(here, client):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    path = f"/c/{here.community.slug}/claims/{claim.uid}/"
    client.force_login(here.mei)
    assert f'action="{path}pictures/"' in client.get(path).content.decode()
    wrong = client.post(f"{path}pictures/", sent(b"<script>"))
    assert wrong.status_code == 422
    assert "The torn &lt;corner&gt;" in wrong.content.decode()
    for _n in range(3):
        done = client.post(f"{path}pictures/", sent(picture()))
        assert done["Location"] == path
    page = client.get(path).content.decode()
    assert page.count('alt="The torn &lt;corner&gt;"') == 3
    assert f'action="{path}pictures/"' not in page
    assert client.post(f"{path}pictures/", sent(picture())).status_code == 422
    assert claim.pictures.count() == 3


def test_nobody_else_adds_to_it(here, client):
    claim = complaint(here.mei, bought(here, here.mei, product(here)))
    path = f"/c/{here.community.slug}/claims/{claim.uid}/pictures/"
    for who in (here.owner, here.li):
        client.force_login(who)
        assert client.post(path, sent(picture())).status_code == 404
    assert not claim.pictures.exists()
