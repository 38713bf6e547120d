"""What can be found, and the topics that posts are marked with; both made anew from the posts."""

from typing import Any

from django.db import models

from qunluo.conversation.rules.search import tsvector


class WordsField(models.TextField):  # type: ignore[type-arg]  # it is not generic when it runs
    """The words of a document: plain text that FTS5 follows on SQLite, a tsvector on PostgreSQL."""

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's own signature
        """Return the words as the database takes them."""
        if connection.vendor == "postgresql" and isinstance(value, str):
            return tsvector(value)
        return value

    def get_placeholder(self, _value: Any, _compiler: Any, connection: Any) -> str:
        """Return the place of the value in a statement; the cast never lets a parser touch it."""
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


class Document(models.Model):
    """Something that can be found; what a viewer may see of it is decided when it is looked for.

    `source` says what it is ("post", "person", …) and `target` which one. FTS5 follows the table
    by triggers. Ids rise with time, so that the newest matches are found first.
    """

    source = models.CharField(max_length=12)
    target = models.BigIntegerField()
    post = models.OneToOneField(
        "conversation.Post", models.CASCADE, null=True, blank=True, related_name="document"
    )
    words = WordsField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="one_document_of_a_target")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.target}"


class Topic(models.Model):
    """A word behind a # that people of a community gather under; `key` is how it is compared."""

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="topics")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "key"], name="topic_once_in_community")
        ]

    def __str__(self) -> str:
        return f"#{self.name}"


class Tagging(models.Model):
    """A post that carries a topic."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="taggings")
    post = models.ForeignKey("conversation.Post", models.CASCADE, related_name="taggings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "post"], name="one_tagging_each")]
        indexes = [models.Index(fields=["topic", "-post"])]

    def __str__(self) -> str:
        return f"{self.topic_id} on {self.post_id}"
