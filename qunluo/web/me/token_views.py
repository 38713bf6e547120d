"""Personal API tokens."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from qunluo.kernel.errors import Invalid
from qunluo.people import actions, queries
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.me.confirmed import confirmed
from qunluo.web.me.forms import TokenForm, take

HANDED, MINUTE = "new_token", 60
LABELS = {scope.name: scope.label for scope in queries.SCOPES}


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def tokens(request: PersonRequest) -> HttpResponse:
    """List the tokens; make one and show its secret this one time."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _made, secret = actions.issue_token(actor=request.person, **form.cleaned_data)
            return _hand_over(redirect("me:tokens"), secret)
        except Invalid as error:
            take(form, error)
    tokens = queries.tokens_of(request.person)
    secret = request.get_signed_cookie(HANDED, "", max_age=MINUTE) or ""
    made = next((one for one in tokens if secret.startswith(one.prefix)), None)
    context = {
        "form": form,
        "made": made,
        "secret": secret if made else "",
        "tokens": tokens,
        "labels": LABELS,
    }
    response = show(request, "me/tokens.html", None, context)
    response.delete_cookie(HANDED, path=request.path, samesite="Lax")
    return response


def _hand_over(response: HttpResponseRedirect, secret: str) -> HttpResponseRedirect:
    """Carry the secret to the next page in the browser alone: nothing of ours ever stores it."""
    response.set_signed_cookie(
        HANDED, secret, max_age=MINUTE, path=response.url, httponly=True, samesite="Lax",
        secure=settings.SECURE,
    )  # fmt: skip
    return response


@require_POST
@signed_in
def revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """End a token at once."""
    token = queries.get_token(pk, viewer=request.person)
    actions.revoke_token(actor=request.person, token=token)
    messages.success(request, _("The token no longer works."))
    return redirect("me:tokens")
