"""Rounds of a question to every member, and what they answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Survey(models.Model):
    """One round of a question (definitions/surveys.toml).

    Members are told of it by and by, up to the person (id) `told_to`; empty when all of them are.
    """

    community = models.ForeignKey("community.Community", models.CASCADE, related_name="+")
    question = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    told_to = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "question", "number"], name="round_number_of_question"
            ),
            models.UniqueConstraint(
                fields=["community", "question"],
                condition=Q(ended_at=None),
                name="one_round_of_a_question_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(ended_at=None), name="rounds_that_run"),
            models.Index(
                fields=["id"], condition=Q(told_to__isnull=False), name="rounds_to_tell_of"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.number} of {self.community_id}"


class SurveyAnswer(models.Model):
    """One answer; whose it is is known only while the round runs, so that each counts once."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    rating = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="one_answer_from_each"),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="answer_from_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"an answer to {self.survey_id}"
