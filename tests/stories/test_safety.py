"""An account made safe: a second step, codes by mail, other devices, the language one reads."""

import base64
import hmac
import re
import struct
import time

import pytest

from tests.community.makers import person
from tests.people.makers import PASSWORD
from tests.stories.ways import Walker, with_password

IN = re.compile(r":\d+/$")


def digits(secret):
    """The six digits that an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def enter(walker, who):
    """Sign in by address and password."""
    walker.go("/accounts/login/").fill("E-mail", who.email)
    walker.page.locator("[name=password]").fill(PASSWORD)
    return walker.press("Sign in", within=walker.page.locator("main"))


@pytest.mark.req("P21")
def test_an_app_becomes_the_second_step_of_signing_in(visit, language, well_made):
    who = with_password(person("小满", language={"zh": "zh-hans", "en": "en"}[language]))
    walker = enter(Walker(visit("/", language=language), language), who)
    walker.arrives(IN).go("/accounts/2fa/")
    well_made(walker.page)
    walker.press("Set it up")
    if "/reauthenticate/" in walker.page.url:
        walker.page.locator("[name=password]").fill(PASSWORD)
        walker.press("Go on").arrives(re.compile(r"/2fa/totp/activate/"))
    well_made(walker.page)
    walker.page.locator("summary").click()
    secret = walker.field("Key").input_value()
    walker.page.locator("main [name=code]").fill(digits(secret))
    walker.press("Use this app").arrives("**/2fa/recovery-codes/")
    codes = walker.page.locator(".accounts-codes code").all_inner_texts()
    assert len(codes) == 10
    well_made(walker.page)
    elsewhere = enter(Walker(visit("/", language=language), language), who)
    elsewhere.sees("One more step")
    well_made(elsewhere.page)
    elsewhere.page.locator("main [name=code]").first.fill(codes[0])
    elsewhere.press("Sign in", within=elsewhere.page.locator("main"))
    elsewhere.go("/me/").reads("小满")


def test_a_code_from_the_mail_opens_the_account(visit, site, language, well_made):
    who = person("采薇", language={"zh": "zh-hans", "en": "en"}[language])
    walker = Walker(visit("/accounts/login/", language=language), language)
    walker.press("Send me a sign-in code")
    well_made(walker.page)
    walker.fill("E-mail", who.email).press("Send me the code")
    well_made(walker.page)
    code = re.search(r"\b\d{6}\b", site.letter(who.email, within=60)).group()
    walker.fill("Code", code).press("Confirm")
    walker.go("/me/").reads("采薇")


def test_another_device_is_signed_out_from_here(visit, well_made):
    who = with_password(person("老周"))
    lost = enter(Walker(visit("/", size="desktop"), "zh"), who)
    lost.arrives(IN)
    here = enter(Walker(visit("/"), "zh"), who)
    here.arrives(IN).go("/accounts/sessions/")
    well_made(here.page)
    here.page.locator(".row-end form button").first.click()
    here.sees("That device is signed out.")
    lost.go("/me/").arrives("**/accounts/login/**")


@pytest.mark.req("F29")
def test_the_language_is_switched_and_stays(visit):
    who = person("Ada", language="en")
    page = visit("/me/preferences/", language="en", person=who)
    page.locator("input[name=language][value=zh-hans]").check()
    Walker(page, "en").press("Save")
    Walker(page, "zh").sees("Saved.")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    # On another device, whatever that one prefers; and back by the switch at the foot.
    other = visit("/me/", language="en", person=who)
    assert other.locator("html").get_attribute("lang") == "zh-Hans"
    other.get_by_role("button", name="English").click()
    other.wait_for_load_state()
    assert other.locator("html").get_attribute("lang") == "en"
