"""What is said in public spaces, for feed readers."""

import re
from datetime import datetime
from hashlib import blake2b
from io import StringIO
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_GET

from qunluo.community.queries import get_community
from qunluo.conversation import queries
from qunluo.web.core.links import url

if TYPE_CHECKING:
    from qunluo.conversation.models import Space

ENTRIES, KEEP_SECONDS = 30, 300
OWN = re.compile(r'((?:href|src)=")(/[^"]*)')


class _Feed(Atom1Feed):
    """A feed that says when it last changed, not only when something was last added."""

    def latest_post_date(self) -> datetime:
        """Return that moment."""
        changed: datetime = self.feed["changed"]
        return changed


@require_GET
def feed(request: HttpRequest, slug: str, space: str) -> HttpResponseBase:
    """Tell the newest threads of a public space; everybody is answered as a stranger is."""
    community = get_community(slug, viewer=None)
    found = queries.get_space(community, space, viewer=None)
    entries = queries.newest_openers(found, limit=ENTRIES)
    moments = [max(one.post.edited_at or one.opened_at, one.opened_at) for one in entries]
    changed = max(moments, default=found.opened_at)
    body = _atom(request, found, entries, changed)
    etag = quote_etag(blake2b(body.encode(), digest_size=12).hexdigest())
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"], response["Last-Modified"] = etag, http_date(changed.timestamp())
    patch_cache_control(response, public=True, max_age=KEEP_SECONDS)
    # Only the text decides: something may be gone without anything being newer.
    return get_conditional_response(request, etag=etag, response=response) or response


def _atom(
    request: HttpRequest, space: "Space", entries: "list[queries.Opener]", changed: datetime
) -> str:
    community = space.community
    language = {"zh-hans": "zh-Hans"}.get(community.language, community.language)
    told = _Feed(
        title=f"{space.name} · {community.name}",
        link=_whole(request, url("talk:space", slug=community.slug, space=space.slug)),
        feed_url=_whole(request, request.path),
        description="",
        subtitle=space.purpose or community.sentence,
        changed=changed,
        language=language,
    )
    for one in entries:
        link = _whole(request, url("talk:thread", slug=community.slug, number=one.number))
        told.add_item(
            title=one.name,
            link=link,
            description=OWN.sub(lambda m: m.group(1) + _whole(request, m.group(2)), one.post.html),
            unique_id=link,
            author_name=one.author.name or None,
            author_link=_whole(request, one.author.url) if one.author.name else None,
            pubdate=one.opened_at,
            updateddate=one.post.edited_at or one.opened_at,
        )
    out = StringIO()
    told.write(out, "utf-8")
    return out.getvalue()


def _whole(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)
