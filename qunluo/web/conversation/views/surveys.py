"""Short questions to every member: answering, asking and ending, from the page that asks."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qunluo.community.queries import get_community
from qunluo.conversation import actions, queries
from qunluo.web.core.links import url
from qunluo.web.core.requests import PersonRequest, signed_in

PAGES = {"calendar": "talk:calendar", "honours": "talk:honours"}


@require_POST
@signed_in
def act(request: PersonRequest, slug: str, question: str) -> HttpResponse:
    """Answer the question that is asked; or, for who leads, ask it, or end the round."""
    community = get_community(slug, viewer=request.person)
    found = queries.survey(community, question, viewer=request.person)
    given: dict[str, Any] = {"actor": request.person, "community": community, "question": question}
    done = request.POST.get("do", "")
    if done == "open":
        actions.open_survey(**given)
        messages.success(request, _("Asked. Every member hears of it; the round lasts two weeks."))
    elif done == "end":
        actions.end_survey(**given)
        messages.success(request, _("The round has ended."))
    else:
        rating = request.POST.get("rating", "")
        actions.answer_survey(**given, rating=int(rating) if rating in set("12345") else 0)
        messages.success(request, _("Thank you; your answer counts."))
    return redirect(f"{url(PAGES[found.question.place], slug=slug)}#survey")
