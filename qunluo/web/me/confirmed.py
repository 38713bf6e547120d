"""Asking once more who it is before something delicate."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from qunluo.web.core.once import repeatable
from qunluo.web.core.requests import PersonRequest

View = Callable[..., HttpResponseBase]


def confirmed(view: View) -> View:
    """Send whoever has not just given their password (or passkey) to do so, then back here."""
    gated: View = reauthentication_required(app="qunluo")(view)

    @wraps(view)
    def asked(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return gated(request, *args, **kwargs)
        except ReauthenticationRequired:
            if request.method == "GET":
                raise  # allauth's middleware shows the page and comes back
            messages.info(request, _("That took a while, so please confirm once more."))
            return repeatable(redirect(request.path))

    return asked
