"""What a community asks of newcomers, and how it judges what they write; plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qunluo.community.rules.charter import charter
from qunluo.kernel.text import _

OPEN, QUESTIONS, INVITATION, FEE, VETTING = "open", "questions", "invitation", "fee", "vetting"
ASKING = frozenset({QUESTIONS, VETTING})
CLAIMS = ("", "have", "want")
ANSWER_LENGTH = 1000
CLAIM_LENGTH = 500
REAPPLY_AFTER = timedelta(days=7)
RATE_WINDOW_DAYS = 90
# Kept with the application in the applicant's language, because the refusal is theirs to read.
OUTSIDE = {
    "en": "The community has declared that it is not about: {words}.",
    "zh": "社群已经声明不涉及这些内容：{words}。",
}

Text = Mapping[str, str] | str


@dataclass(frozen=True)
class Question:
    """One thing that is asked; `text` is bilingual data or the founders' own words."""

    id: str
    text: Text


@dataclass(frozen=True)
class Terms:
    """What joining takes, as the charter declares it."""

    selection: str
    questions: tuple[Question, ...] = ()
    criterion: str = ""
    proof: str = ""
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    refuses_outside: bool = False
    label: str = ""
    welcome: str = ""

    @property
    def decided_by_people(self) -> bool:
        """Return whether an operator decides: always when there is a criterion to verify."""
        return self.selection == VETTING or bool(self.criterion)


@dataclass(frozen=True)
class Rate:
    """A share with its parts, so that it can explain itself; share is None without decisions."""

    accepted: int
    refused: int
    days: int

    @property
    def decided(self) -> int:
        """Return the denominator."""
        return self.accepted + self.refused

    @property
    def share(self) -> float | None:
        """Return accepted ÷ (accepted + refused)."""
        return self.accepted / self.decided if self.decided else None

    @property
    def formula(self) -> dict[str, str]:
        """Return what the number means, in both languages."""
        return {
            "en": f"accepted ÷ (accepted + refused): {self.accepted} of {self.decided} "
            f"applications decided in the last {self.days} days. Waiting and withdrawn ones and "
            "people who came by invitation are not counted.",
            "zh": f"通过数 ÷（通过数 + 婉拒数）：最近 {self.days} 天有结果的 {self.decided} "
            f"份申请中，通过 {self.accepted} 份。不计待审、已撤回的申请，也不计受邀加入的人。",
        }


@dataclass(frozen=True)
class LabelReach:
    """How many members have or want the label, against how many people could (F04)."""

    have: int
    want: int
    ceiling: int | None

    @property
    def base(self) -> int:
        """Return the members who have the label or want it."""
        return self.have + self.want

    @property
    def share(self) -> float | None:
        """Return base ÷ ceiling; None before a ceiling was declared."""
        return self.base / self.ceiling if self.ceiling else None


def terms(selection: str, values: Mapping[str, Mapping[str, Any]]) -> Terms:
    """Return the terms that charter values {step: {field: value}} declare."""
    scope, people = values.get("scope", {}), values.get("people", {})
    return Terms(
        selection=selection,
        questions=tuple(_questions(values)) if selection in ASKING else (),
        criterion=str(people.get("criterion") or "").strip(),
        proof=str(people.get("proof") or "").strip(),
        words_in=tuple(scope.get("words_in") or ()),
        words_out=tuple(scope.get("words_out") or ()),
        refuses_outside=scope.get("strictness") == "refuse",
        label=str(values.get("attitude", {}).get("label") or "").strip(),
        welcome=str(values.get("joining", {}).get("welcome") or "").strip(),
    )


def ceiling(values: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Return how many people could have the label, as the founders estimate it."""
    found = values.get("attitude", {}).get("ceiling")
    return int(found) if found else None


def clean_answers(asked: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers to what was asked, trimmed; anything else is dropped."""
    return {q.id: " ".join(str(answers.get(q.id) or "").split())[:ANSWER_LENGTH] for q in asked}


def missing(
    wanted: Terms, answers: Mapping[str, str], criterion_claim: str
) -> dict[str, list[str]]:
    """Return what is not answered, by field; empty when the form is complete."""
    said = _("Please answer this.")
    gaps = {q.id: [said] for q in wanted.questions if not answers.get(q.id)}
    if wanted.criterion and not criterion_claim.strip():
        gaps["criterion_claim"] = [_("Please say how you meet this.")]
    return gaps


def outside_words(wanted: Terms, texts: Iterable[str]) -> list[str]:
    """Return the out-of-scope words somebody used, unless they also used one that belongs."""
    text = "\n".join(texts).casefold()
    if any(word.casefold() in text for word in wanted.words_in if word.strip()):
        return []
    return [word for word in wanted.words_out if word.strip() and word.casefold() in text]


def may_ask_again_at(decided_at: datetime) -> datetime:
    """Return when a refused applicant may apply again."""
    return decided_at + REAPPLY_AFTER


def cites(rules: Iterable[Mapping[str, Any]], rule_id: str) -> Mapping[str, Any] | None:
    """Return the rule with this id, or None."""
    return next((rule for rule in rules if str(rule.get("id")) == rule_id), None)


def _questions(values: Mapping[str, Mapping[str, Any]]) -> Iterable[Question]:
    """Yield the questions of the bonding elements, then the founders' own."""
    field = charter().field("bonding.elements")
    for element in values.get("bonding", {}).get("elements") or []:
        choice = field.choice(element)
        for number, text in enumerate(choice.asks if choice else (), start=1):
            yield Question(f"{element}-{number}", text)
    for number, own in enumerate(values.get("joining", {}).get("questions") or [], start=1):
        yield Question(f"own-{number}", str(own))
