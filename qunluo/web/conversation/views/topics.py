"""The threads under a topic, and what is talked about."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community
from qunluo.conversation import queries
from qunluo.web.core.requests import PersonRequest
from qunluo.web.core.show import show

THREADS, LONGEST = 20, 60


@require_GET
def topics(request: PersonRequest, slug: str) -> HttpResponse:
    """Show what is talked about, as far as the viewer may read."""
    community = get_community(slug, viewer=request.person)
    found = queries.topics(community, viewer=request.person, limit=200)
    context = {"community": community, "topics": found}
    return show(request, "conversation/topics.html", None, context)


@require_GET
def topic(request: PersonRequest, slug: str, topic: str) -> HttpResponse:
    """Show the threads that carry a topic, by their last activity."""
    community = get_community(slug, viewer=request.person)
    if len(topic) > LONGEST or "\0" in topic:
        raise Http404
    after = request.GET.get("after")
    name, page = queries.threads_on(
        community, topic, viewer=request.person, after=after, limit=THREADS
    )
    context = {
        "community": community,
        "name": name,
        "cards": page.items,
        "more": "?" + urlencode({"after": page.next}) if page.next else "",
    }
    return show(request, "conversation/topic.html", "more" if after else None, context)
