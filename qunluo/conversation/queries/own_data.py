"""What conversation holds about a person, for the copy that they may ask for."""

from typing import TYPE_CHECKING

from qunluo.conversation.models import Draft, Mention, Post, Reaction, Reading, Revision, Thread

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

WHERE = "thread__community__slug"


def own_documents(person: "Person") -> "Documents":
    """Return everything a person wrote, and how they read, reacted and were mentioned."""
    return {
        "threads": list(
            Thread.objects.filter(author=person)
            .order_by("pk")
            .values(
                "community__slug", "space__name", "number", "kind", "state", "title", "fields",
                "due_on", "opened_at",
            )
        ),
        "posts": list(
            Post.objects.filter(author=person)
            .order_by("pk")
            .values(
                WHERE, "thread__number", "thread__title", "place", "source", "written_at",
                "edited_at", "removed_at", "rule_title", "reason",
            )
        ),
        "earlier_versions": list(
            Revision.objects.filter(post__author=person)
            .order_by("pk")
            .values(
                "post__thread__community__slug", "post__thread__number", "post__place", "number",
                "title", "source", "written_at",
            )
        ),
        "reactions": list(
            Reaction.objects.filter(person=person)
            .order_by("pk")
            .values(
                "post__thread__community__slug", "post__thread__number", "post__place", "name",
                "made_at",
            )
        ),
        "reading": list(
            Reading.objects.filter(person=person)
            .order_by("pk")
            .values(WHERE, "thread__number", "read", "following")
        ),
        "mentions": list(
            Mention.objects.filter(person=person)
            .order_by("pk")
            .values(
                "post__thread__community__slug", "post__thread__number", "post__place",
                "post__author__name",
            )
        ),
        "drafts": list(
            Draft.objects.filter(person=person)
            .order_by("pk")
            .values("space__community__slug", "space__name", "title", "source", "saved_at")
        ),
    }  # fmt: skip
