"""Single posts: editing, history, taking back, removing, reactions; and drafts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Path, Status
from pydantic import Field

from qunluo.api.area import Area
from qunluo.api.caller import Caller
from qunluo.api.community import SlugPath
from qunluo.api.shapes import Given, Id, Shown
from qunluo.api.spaces import SpacePath, space_of
from qunluo.api.talk import Number, Post, post_at, thread_of
from qunluo.conversation import actions, queries
from qunluo.kernel.text import _

if TYPE_CHECKING:
    from qunluo.conversation import models as rows

area = Area("posts", "Talk")
ReactionName = Annotated[str, Path(max_length=20, pattern=r"^[a-z0-9]+$")]


class PostChange(Given):
    """New words; the version before is kept."""

    source: str = Field(description=_("Markdown."))
    title: str | None = Field(None, max_length=200, description=_("Of an opener."))


class RemovalWish(Given):
    """Under which rule, and why; both stand in the place of the post."""

    rule_id: str = Field(max_length=40, description=_("Of a rule that the author accepted."))
    reason: str = Field(max_length=400)


class Version(Shown):
    """A post as it was before an edit."""

    number: int
    title: str
    source: str
    written_at: datetime


class Draft(Shown):
    """What the caller began to write."""

    community: str
    space: str
    thread: int | None
    kind: str
    title: str
    source: str
    fields: dict[str, str]
    saved_at: datetime


class DraftWish(Given):
    """What is being written; with nothing in it the draft is thrown away."""

    kind: str = Field("", max_length=20)
    title: str = Field("", max_length=200)
    source: str = ""
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)


@area.write("PATCH", "/posts/{post_id}", Post, scope="talk:write")
def edit_post(request: Caller, post_id: Id, wish: PostChange) -> dict[str, Any]:
    """Edit a post."""
    found = queries.get_post(post_id, viewer=request.person)
    return _shown(request, actions.edit_post(actor=request.person, post=found, **wish.model_dump()))


@area.read("/posts/{post_id}/versions", list[Version], scope="talk:read", public=True)
def post_versions(request: Caller, post_id: Id) -> Any:
    """List the versions before."""
    return queries.revisions(queries.get_post(post_id, viewer=request.person))


@area.write("DELETE", "/posts/{post_id}", Post, scope="talk:write", keyed=True)
def withdraw_post(request: Caller, post_id: Id) -> dict[str, Any]:
    """Take a post back."""
    found = queries.get_post(post_id, viewer=request.person)
    return _shown(request, actions.withdraw_post(actor=request.person, post=found))


@area.write("POST", "/posts/{post_id}/removal", Post, scope="talk:write")
def remove_post(request: Caller, post_id: Id, wish: RemovalWish) -> dict[str, Any]:
    """Remove a post under a rule."""
    found = queries.get_post(post_id, viewer=request.person)
    gone = actions.remove_post(actor=request.person, post=found, **wish.model_dump())
    return _shown(request, gone)


@area.write("PUT", "/posts/{post_id}/reactions/{reaction}", Post, scope="talk:write")
def react(request: Caller, post_id: Id, reaction: ReactionName) -> dict[str, Any]:
    """React to a post."""
    found = queries.get_post(post_id, viewer=request.person)
    return _shown(request, actions.react(actor=request.person, post=found, reaction=reaction))


@area.write("DELETE", "/posts/{post_id}/reactions/{reaction}", Post, scope="talk:write")
def unreact(request: Caller, post_id: Id, reaction: ReactionName) -> dict[str, Any]:
    """Take a reaction back."""
    found = queries.get_post(post_id, viewer=request.person)
    return _shown(request, actions.unreact(actor=request.person, post=found, reaction=reaction))


@area.read("/me/drafts", list[Draft], scope="talk:read")
def drafts(request: Caller) -> list[dict[str, Any]]:
    """List drafts."""
    return [_draft(one) for one in queries.drafts(request.person)]


@area.write("PUT", "/communities/{slug}/spaces/{space}/draft", None, scope="talk:write", status=204)
def save_thread_draft(
    request: Caller, slug: SlugPath, space: SpacePath, wish: DraftWish
) -> Status[None]:
    """Keep a thread that is being written."""
    found = space_of(request, slug, space)
    actions.save_draft(actor=request.person, space=found, **wish.model_dump())
    return Status(204, None)


@area.write(
    "PUT", "/communities/{slug}/threads/{thread_number}/draft", None, scope="talk:write", status=204
)
def save_reply_draft(
    request: Caller, slug: SlugPath, thread_number: Number, wish: DraftWish
) -> Status[None]:
    """Keep a reply that is being written."""
    found = thread_of(request, slug, thread_number)
    actions.save_draft(actor=request.person, space=found.space, thread=found, **wish.model_dump())
    return Status(204, None)


def _shown(request: Caller, post: "rows.Post") -> dict[str, Any]:
    thread = post.thread
    return post_at(request, thread.community.slug, thread.number, post.place)


def _draft(one: "rows.Draft") -> dict[str, Any]:
    return {
        "community": one.space.community.slug,
        "space": one.space.slug,
        "thread": one.thread.number if one.thread else None,
        **{name: getattr(one, name) for name in ("kind", "title", "source", "fields", "saved_at")},
    }
