"""Make the tables, put the shop into them, and print sessions of some readers."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.baselines.textbook.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from benchmarks.baselines.store import PEOPLE, build  # noqa: E402
from benchmarks.baselines.textbook import models as rows  # noqa: E402
from benchmarks.baselines.textbook.fill import settle, signed_in  # noqa: E402


def main(path):
    """Fill from the texts in a file."""
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    call_command("migrate", verbosity=0)  # first what the tables refer to
    call_command("migrate", run_syncdb=True, verbosity=0)
    here = rows.Community.objects.create(slug="farm", name="农场", sentence="一起种，一起吃。")
    rows.Space.objects.create(community=here, slug="all", name="广场", visibility="members")
    people = [
        User.objects.create(username=f"p{n}", first_name=f"林{n}", password="!")
        for n in range(PEOPLE)
    ]
    for n, user in enumerate(people):
        rows.Profile.objects.create(user=user, handle=f"PP{n:06d}")
        rows.Membership.objects.create(community=here, user=user, joined_at=now())
    for one in build(given["texts"]):
        said = {
            name: getattr(one, name)
            for name in ("number", "title", "lead", "text", "category", "origin", "quality",
                         "defects", "needs", "parts")
        }  # fmt: skip
        good = rows.Good.objects.create(community=here, **said)
        rows.Picture.objects.create(good=good, key=one.picture)
        for place, form in enumerate(one.forms):
            made = rows.Form.objects.create(
                good=good, name=form.name, price=form.price, member_price=form.member_price,
                place=place,
            )  # fmt: skip
            rows.Stock.objects.create(form=made, amount=form.amount)
    for user in people:
        rows.CartItem.objects.create(user=user, form=made, quantity=2)
    settle()
    print(json.dumps(signed_in(people)))


if __name__ == "__main__":
    main(sys.argv[1])
