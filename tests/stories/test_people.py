"""A person opens an account, makes it safe, says who they are, and takes it all along again."""

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from qunluo.kernel.ids import short_code
from qunluo.people.queries import get_person

PASSWORD = "four calm herons standing"
WITH_A_FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_up(visit, name, **how):
    address = f"{short_code().lower()}@example.org"
    page = visit("/accounts/signup/?next=/me/profile/", **how)
    page.fill("[name=name]", name)
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/me/profile/")
    return page, address


def confirm(page):
    """Give the password once more where a delicate page asks for it."""
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("main form.form button[type=submit]")
        page.wait_for_url(re.compile(r"^(?!.*reauthenticate)"))


def handle_on(page):
    page.goto("/me/")
    return page.locator("main a[href^='/p/']").first.get_attribute("href").split("/")[2]


@pytest.mark.req("P21", "P15", "P17")
def test_a_newcomer_says_who_they_are(visit, well_made, site, way):
    language, size = way
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        well_made(visit(path, language=language, size=size))
    page, address = sign_up(visit, "林小满", language=language, size=size)
    page.fill("[name=intro]", "种梨，也修自行车。")
    page.fill("[name=offers]", "修自行车\n听人说话")
    page.fill("[name=worries]", "今年春旱。")
    page.fill("[name=tags]", "黄陂，早起")
    page.select_option("[name=see_offers]", "everyone")
    page.click("main form[action='/me/profile/'] button[type=submit]")
    page.wait_for_load_state()
    well_made(page)

    handle = handle_on(page)
    well_made(page)
    stranger = visit(f"/p/{handle}/", language=language, size=size)
    assert "修自行车" in stranger.inner_text("main")
    assert "今年春旱" not in stranger.inner_text("main")
    well_made(stranger)

    link = re.search(r"http\S+/accounts/confirm-email/\S+", site.letter(address))
    page.goto(link[0])
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/accounts/email/")
    assert get_person(handle=handle).email == address


def test_a_passkey_opens_the_door_under_the_strict_policy(visit, well_made, size):
    page, _address = sign_up(visit, "Maya", language="en", size=size)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": WITH_A_FINGER})
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    well_made(page)
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    well_made(page)

    page.goto("/accounts/logout/")
    page.click("main form.form button[type=submit]")
    page.goto("/accounts/login/?next=/me/security/")
    page.click("#passkey_login")
    page.wait_for_url(re.compile(r"^[^?]*/me/security/$"))
    assert "1 passkey" in page.inner_text("main")


@pytest.mark.req("V10", "O09")
def test_somebody_takes_everything_along_and_goes(visit, well_made, way):
    language, size = way
    page, _address = sign_up(visit, "Maya", language=language, size=size)
    handle = handle_on(page)
    for path in ("/me/security/", "/me/preferences/", "/accounts/sessions/", "/accounts/2fa/"):
        page.goto(path)
        well_made(page)
    page.goto("/me/tokens/")
    confirm(page)
    page.fill("main [name=name]", "backup")
    page.check("[value='profile:read']")
    page.click("main form[action='/me/tokens/'] button[type=submit]")
    expect(page.locator("[data-copy^=qlt_]")).to_have_count(1)
    well_made(page)

    page.goto("/me/data/")
    confirm(page)
    well_made(page)
    with page.expect_download() as download:
        page.click("main form.actions button[type=submit]")
    packed = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert json.loads(packed.read("people/profile.json"))["handle"] == handle

    page.goto("/me/erase/")
    confirm(page)
    well_made(page)
    page.check("[name=sure]")
    page.click("main form[action='/me/erase/'] button[type=submit]")
    page.wait_for_url(re.compile(r"/$"))
    assert page.goto(f"/p/{handle}/").status == 404
