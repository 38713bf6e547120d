"""A form sent twice: by double tap and by going back, with JavaScript and without."""

import re

import pytest

from qunluo.growth.models import Customer, Invitation
from tests.growth import makers
from tests.stories.ways import DJANGO, Walker

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SENT = "You had sent this already. It was done once; to do it again, use a fresh form."


@pytest.fixture
def farm(site, language):
    """A community of the story's own, whose owner speaks the language."""
    owner = makers.person("林晚秋", language=DJANGO[language])
    return makers.community(owner, selection="invitation")


@LANGUAGES
def test_who_goes_back_and_sends_again_keeps_one_customer(visit, farm, language, well_made):
    path = f"/c/{farm.slug}/desk/customers/new/"
    owner = Walker(visit(path, language=language, person=farm.owner), language)
    owner.fill("Name", "老陈").press("Keep").arrives(re.compile(r"/customers/\d+/$"))
    made = owner.page.url
    owner.page.go_back()
    owner.fill("Name", "老陈").press("Keep").arrives(made)
    owner.sees(SENT)
    well_made(owner.page)
    assert Customer.objects.filter(community=farm).count() == 1
    # Something else typed into the same page is something else to keep, and so is a fresh page.
    owner.page.go_back()
    owner.fill("Name", "老李").press("Keep").arrives(re.compile(r"/customers/\d+/$"))
    owner.go(path).fill("Name", "老陈").press("Keep").arrives(re.compile(r"/customers/\d+/$"))
    assert Customer.objects.filter(community=farm).count() == 3


@LANGUAGES
def test_a_double_tap_without_javascript_makes_one_invitation(visit, farm, language):
    path = f"/c/{farm.slug}/invitations/"
    known = visit(path, language=language, person=farm.owner)
    plain = known.context.browser.new_context(
        java_script_enabled=False, storage_state=known.context.storage_state()
    )
    page = plain.new_page()
    page.goto(known.url)
    page.locator("main form.form button[type=submit]").dblclick()
    page.wait_for_url(re.compile(r"/invitations/\d+/$"))
    assert Invitation.objects.filter(community=farm).count() == 1
    plain.close()
