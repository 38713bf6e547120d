"""What conversation holds about a person, for the copy that they may ask for."""

from typing import TYPE_CHECKING

from qunluo.conversation.models import (
    Attachment,
    CircleAsking,
    Draft,
    HeldPost,
    ImportedAuthor,
    Mention,
    OnTone,
    PlannedAuthor,
    PlannedItem,
    PlannedVersion,
    PollAnswer,
    Post,
    Reaction,
    Reading,
    Revision,
    ServiceRequest,
    SpaceFollowing,
    SpaceMember,
    SurveyAnswer,
    Thread,
    Tie,
)

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents

WHERE = "thread__community__slug"
REQUEST = (WHERE, "thread__number", "thread__title", "price", "state", "requested_at", "moved_at")


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
        "names_elsewhere": list(
            ImportedAuthor.objects.filter(claimed_by=person)
            .order_by("pk")
            .values("community__slug", "space__name", "name", "messages", "claimed_at")
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
        "talks_with": list(
            Tie.objects.filter(person=person)
            .order_by("pk")
            .values("community__slug", "other__name", "talked_at")
        ),
        "followed_spaces": list(
            SpaceFollowing.objects.filter(person=person)
            .order_by("pk")
            .values("space__community__slug", "space__name", "following")
        ),
        "mentions": list(
            Mention.objects.filter(person=person)
            .order_by("pk")
            .values(
                "post__thread__community__slug", "post__thread__number", "post__place",
                "post__author__name",
            )
        ),
        "files": list(
            Attachment.objects.filter(owner=person)
            .order_by("pk")
            .values(
                "community__slug", "thread__number", "post__place", "sort", "name", "alt", "size",
                "added_at", "key",
            )
        ),
        "poll_answers": list(
            PollAnswer.objects.filter(person=person)
            .order_by("pk")
            .values(
                "poll__post__thread__community__slug", "poll__post__thread__number",
                "poll__post__place", "poll__options", "chosen", "answered_at",
            )
        ),
        "private_talks": list(
            SpaceMember.objects.filter(person=person)
            .order_by("pk")
            .values(
                "space__community__slug", "space__name", "space__purpose", "space__rules",
                "host", "joined_at",
            )
        ),
        "askings": list(
            CircleAsking.objects.filter(person=person)
            .order_by("pk")
            .values(
                "space__community__slug", "space__name", "text", "state", "reason", "asked_at",
                "settled_at",
            )
        ),
        "askings_answered": list(
            CircleAsking.objects.filter(settled_by=person)
            .exclude(person=person)
            .order_by("pk")
            .values("space__community__slug", "space__name", "state", "reason", "settled_at")
        ),
        "held_posts": list(
            HeldPost.objects.filter(author=person)
            .order_by("pk")
            .values("community__slug", "space__name", "given", "category", "state", "held_at")
        ),
        "planned": list(
            PlannedItem.objects.filter(author=person)
            .order_by("pk")
            .values(
                "community__slug", "space__name", "kind", "title", "source", "poll", "target",
                "values", "useful", "fun", "warm", "beneficial", "causes", "motive", "licence",
                "originality", "state", "publish_at", "open_at", "published_at",
            )
        ),
        "planned_earlier": list(
            PlannedVersion.objects.filter(item__author=person)
            .order_by("pk")
            .values("item__community__slug", "number", "title", "source", "saved_at")
        ),
        "planned_together": list(
            PlannedAuthor.objects.filter(person=person)
            .order_by("pk")
            .values("item__community__slug", "item__title", "item__author__name")
        ),
        "on_tone": list(
            OnTone.objects.filter(person=person)
            .order_by("pk")
            .values("item__community__slug", "item__title", "rating", "rated_at")
        ),
        "answers": list(
            SurveyAnswer.objects.filter(person=person)
            .order_by("pk")
            .values("survey__community__slug", "survey__question", "survey__number", "rating")
        ),
        "services_asked_for": list(
            ServiceRequest.objects.filter(asker=person).order_by("pk").values(*REQUEST)
        ),
        "services_delivered": list(
            ServiceRequest.objects.filter(provider=person).order_by("pk").values(*REQUEST)
        ),
        "drafts": list(
            Draft.objects.filter(person=person)
            .order_by("pk")
            .values("space__community__slug", "space__name", "title", "source", "saved_at")
        ),
    }  # fmt: skip


def own_files(person: "Person") -> list[str]:
    """Return the keys of the files that a person added, for the copy."""
    mine = Attachment.objects.filter(owner=person).order_by("pk")
    return list(mine.values_list("key", flat=True))
