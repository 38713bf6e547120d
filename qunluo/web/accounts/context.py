"""What the sign-in pages know beside allauth's own context."""

from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from qunluo.reach.queries import mail_is_configured


@dataclass(frozen=True)
class House:
    """Another house whose accounts open ours."""

    id: str
    name: str
    sign_in: str
    connect: str


def _found(request: HttpRequest) -> list[House]:
    names = {"weixin": _("WeChat"), "google": "Google", "github": "GitHub"}
    back = request.GET.get("next") or request.POST.get("next") or ""
    after = {"next": back} if back else {}
    return [
        House(
            id=provider.id,
            name=names.get(provider.id, provider.name),
            sign_in=provider.get_login_url(request, process=AuthProcess.LOGIN, **after),
            connect=provider.get_login_url(request, process=AuthProcess.CONNECT),
        )
        for provider in get_adapter().list_providers(request)
    ]


def houses(request: HttpRequest) -> dict[str, Any]:
    """Offer `houses`, asked for only by the pages that show them, and whether mail arrives."""
    return {
        "houses": SimpleLazyObject(lambda: _found(request)),
        "mail_on_console": not mail_is_configured(),
    }
