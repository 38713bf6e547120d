"""People for tests, made by the real actions."""

from io import BytesIO
from itertools import count

from allauth.usersessions.models import UserSession
from PIL import Image

from qunluo.kernel.clock import now
from qunluo.people import actions

PASSWORD = "four calm herons standing"
_number = count(1)


def person(name="Lin Xiaoman", *, email="", password=None, language="en", **profile):
    """Return somebody new with a proven address."""
    address = email or f"person{next(_number)}@example.org"
    made = actions.register_person(
        name=name, email=address, password=password, language=language, time_zone="Asia/Shanghai"
    )
    return actions.update_profile(actor=made, **profile) if profile else made


def sign_in(client, who):
    """Sign somebody in, and note the device as allauth does when it happens by its pages."""
    client.force_login(who)
    key = client.session.session_key
    UserSession.objects.create(user=who, session_key=key, ip="192.0.2.7", last_seen_at=now())


def picture(size=(640, 480), form="PNG", **options):
    """Return the bytes of a plain picture."""
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()
