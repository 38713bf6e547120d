"""The way out of notice mail: one click, without signing in (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from qunluo.reach import actions, queries
from qunluo.reach.errors import NoticeNotFound
from qunluo.web.core.show import show


@csrf_exempt  # mail programs post here by themselves; the signed link is the key
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """Stop mail about notices, or mute what one of them was about; opening changes nothing."""
    person, pk = queries.read_stop(signed)
    way = request.POST.get("way", "")
    try:
        notice = queries.one_notice(pk, viewer=person) if pk else None
    except NoticeNotFound:
        notice = None
    done = ""
    if request.method == "POST" and notice is not None and way:
        actions.mute_notice(actor=person, pk=notice.pk, way=way)
        done = "muted"
    elif request.method == "POST":
        actions.stop_mail(person=person)
        done = "stopped"
    said = queries.in_words(notice, get_language() or "en") if notice and not done else None
    return show(request, "reach/stop.html", None, {"done": done, "one": said})
