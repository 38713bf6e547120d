"""A person's own settings."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError, Invalid
from qunluo.kernel.ratelimit import limit
from qunluo.people import actions, queries
from qunluo.web.core.once import repeatable
from qunluo.web.core.requests import PersonRequest, signed_in
from qunluo.web.core.show import show
from qunluo.web.me.confirmed import confirmed
from qunluo.web.me.forms import EraseForm, PictureForm, PreferencesForm, ProfileForm, take

YEAR = 60 * 60 * 24 * 365


@require_GET
@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Show the way to everything of one's own."""
    return show(request, "me/home.html", None, {"email": queries.email_state(request.person)})


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    """Edit what I say about myself."""
    form = ProfileForm(request.POST or None, person=request.person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_profile(actor=request.person, **form.values())
        except Invalid as error:
            take(form, error)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("me:profile")
    context = {"form": form, "picture_form": PictureForm()}
    return show(request, "me/profile.html", None, context, status=422 if form.errors else 200)


@require_POST
@signed_in
def picture(request: PersonRequest) -> HttpResponse:
    """Take a new picture, or go back to the drawn one."""
    limit("picture", request.person.pk, times=20, seconds=3600)
    if "remove" in request.POST:
        actions.set_picture(actor=request.person, data=None)
        return redirect("me:profile")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.set_picture(actor=request.person, data=form.cleaned_data["picture"].read())
        except DomainError as error:
            take(form, error)
        else:
            messages.success(request, _("That is you. Your new picture is saved."))
            return redirect("me:profile")
    context = {"form": ProfileForm(person=request.person), "picture_form": form}
    return show(request, "me/profile.html", None, context, status=422)


@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: PersonRequest) -> HttpResponse:
    """Choose language and time zone."""
    person = request.person
    initial = {"language": person.language, "time_zone": person.time_zone}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return show(request, "me/preferences.html", None, {"form": form})
    actions.update_profile(actor=person, **form.cleaned_data)
    activate(form.cleaned_data["language"])
    messages.success(request, _("Saved."))
    response = repeatable(redirect("me:preferences"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        form.cleaned_data["language"],
        max_age=YEAR,
        samesite="Lax",
        secure=settings.SECURE,
    )
    return response


@require_GET
@signed_in
def security(request: PersonRequest) -> HttpResponse:
    """Show how one gets in, and how to make that safer."""
    return show(request, "me/security.html", None, {"access": queries.access_of(request.person)})


@require_POST
@signed_in
def end_session(request: PersonRequest, pk: int) -> HttpResponse:
    """Sign one device out."""
    actions.end_session(actor=request.person, pk=pk)
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def data(request: PersonRequest) -> HttpResponse:
    """Explain what is kept, and hand it over."""
    if request.method == "GET":
        return show(request, "me/data.html", None, {"documents": queries.own_documents()})
    limit("own-data", request.person.pk, times=10, seconds=3600)
    archive = actions.export_person(actor=request.person)
    response = HttpResponse(archive, content_type="application/zip")
    name = f"qunluo-{request.person.handle}-{now():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def erase(request: PersonRequest) -> HttpResponse:
    """Erase the account, after saying what goes, what stays, and what stands in the way."""
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.erase_person(actor=request.person)
        logout(request)
        messages.success(request, _("Your account is erased. Thank you for having been here."))
        return redirect("core:home")
    context = {
        "form": form,
        "blockers": queries.erasure_blockers(request.person),
        "keeps": queries.erasure_keeps(),
    }
    return show(request, "me/erase.html", None, context)
