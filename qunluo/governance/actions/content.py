"""Decisions about what somebody wrote, as measures: they cite a rule and can be appealed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.community.errors import ReasonMissing, UnknownRule
from qunluo.governance import events
from qunluo.governance.errors import NoReason
from qunluo.governance.models import Measure
from qunluo.governance.rules import words
from qunluo.governance.rules.cases import is_no_reason
from qunluo.governance.rules.measures import REASON_LENGTH
from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.text import _, pick
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person

KINDS = {"remove": Measure.Kind.TAKEDOWN, "label": Measure.Kind.LABEL}
CHECK = "check-"  # before the name of a list, where a rule of the community has its id


@write_tx
def record(
    *,
    actor: "Person",
    community: "Community",
    author: "Person",
    act: str,
    target: tuple[str, int, str],
    words: str,
    rule: Mapping[str, str],
    reason: str,
) -> Measure:
    """Write down that something is removed or labelled, and tell the rooms above to do it.

    `target` is type, number and path; `words` a copy for who judges an appeal.
    """
    membership = communities.membership_of(author, community)
    made = Measure.objects.create(
        community=community,
        membership=membership,
        person=author,
        kind=KINDS[act],
        rule_id=str(rule["id"])[:40],
        rule_title=str(rule["title"])[:200],
        rules_number=membership.rules_number if membership else 0,
        reason=reason[:REASON_LENGTH],
        target_type=target[0],
        target_id=target[1],
        path=target[2],
        words=words,
        taken_by=actor,
        taken_role=communities.highest_role(actor, community),
        taken_at=now(),
    )
    publish(
        events.ContentDecided(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=author.pk,
            act=act,
            target_type=target[0],
            target_id=target[1],
            measure_id=made.pk,
        )
    )
    return made


def cited(
    author: "Person", community: "Community", rule_id: str, category: str = ""
) -> Mapping[str, str]:
    """Return the rule that is cited: of a list that held it, or one that the author accepted.

    Who is no member is held to the rules that count now. UnknownRule.
    """
    if category and rule_id in {"", f"{CHECK}{category}"}:
        title = str(pick(words.rule_of(category), community.language))
        return {"id": f"{CHECK}{category}", "title": title}
    membership = communities.membership_of(author, community)
    if membership:
        rule = communities.accepted_rule(membership, rule_id)
    else:
        current = communities.current_rules(community)
        known = current.rules if current else []
        rule = next((one for one in known if str(one.get("id")) == rule_id), None)
    if rule is None:
        raise UnknownRule(fields={"rule_id": [_("Choose a rule that the author has accepted.")]})
    return rule


def said_reason(reason: str) -> str:
    """Return a reason that is one: said, and more than that somebody criticised or linked away.

    ReasonMissing, NoReason.
    """
    reason = reason.replace("\0", "").strip()[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing(fields={"reason": [_("Please give a reason.")]})
    if is_no_reason(reason):
        raise NoReason(
            fields={
                "reason": [
                    _(
                        "Criticism, and a link to somewhere else, are no reason. If a rule is "
                        "broken, say how; if not, answer it in the open."
                    )
                ]
            }
        )
    return reason
