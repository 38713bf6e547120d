"""Fill a shop for the journey: python -m … BUYERS STOCK prints sessions and where the product is.

The same shop as ours: one thing that is counted and sent, buyers who have sent for things before,
so that their address is kept, and sending that costs nothing.
"""

import json
import os
import sys
from decimal import Decimal

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.baselines.oscar.serving"
django.setup()

from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from oscar.core.loading import get_model  # type: ignore[import-not-found] # noqa: E402

BACKEND = "django.contrib.auth.backends.ModelBackend"


def main(buyers: int, stock: int) -> None:
    """Fill it."""
    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
    kind = get_model("catalogue", "ProductClass").objects.create(
        name="Food", requires_shipping=True, track_stock=True
    )
    made = get_model("catalogue", "Product").objects.create(title="Rice", product_class=kind)
    made.categories.add(get_model("catalogue", "Category").add_root(name="Food"))
    partner = get_model("partner", "Partner").objects.create(name="Farm")
    made.stockrecords.create(
        partner=partner, partner_sku="rice", price=Decimal("10.00"), num_in_stock=stock
    )
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", iso_3166_1_numeric="156",
        printable_name="China", name="China", is_shipping_country=True,
    )  # fmt: skip
    print(
        json.dumps(
            {
                "sessions": [buyer(number, country) for number in range(buyers)],
                "path": made.get_absolute_url(),
            }
        )
    )


def buyer(number, country) -> str:
    """Make somebody who is signed in and whose address is known."""
    user = get_user_model().objects.create_user(f"p{number}", f"p{number}@example.org", "!")
    user.addresses.create(
        first_name="P", last_name=str(number), line1="1 Long Street", line4="Kunming",
        country=country, is_default_for_shipping=True,
    )  # fmt: skip
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"sessionid={store.session_key}"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
