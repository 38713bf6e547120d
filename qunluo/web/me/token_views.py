"""Personal API tokens."""

from django.contrib import messages
from django.http import HttpResponse
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

LABELS = {scope.name: scope.label for scope in queries.SCOPES}


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def tokens(request: PersonRequest) -> HttpResponse:
    """List the tokens; make one and show its secret this one time."""
    form, made, secret = TokenForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.issue_token(actor=request.person, **form.cleaned_data)
            form = TokenForm()
        except Invalid as error:
            take(form, error)
    context = {
        "form": form,
        "made": made,
        "secret": secret,
        "tokens": queries.tokens_of(request.person),
        "labels": LABELS,
    }
    return show(request, "me/tokens.html", None, context)


@require_POST
@signed_in
def revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """End a token at once."""
    token = queries.get_token(pk, viewer=request.person)
    actions.revoke_token(actor=request.person, token=token)
    messages.success(request, _("The token no longer works."))
    return redirect("me:tokens")
