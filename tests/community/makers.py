"""People and communities, made by the real actions."""

from itertools import count

from qunluo.community import actions, queries
from qunluo.community.models import Community, RulesVersion
from qunluo.community.ports import Seed
from qunluo.kernel.clock import now
from qunluo.people.actions import register_person

_numbers = count(1)
RULES = [
    {"id": "r1", "title": "Be kind", "text": "No insults.", "value": "kindness"},
    {"id": "r2", "title": "No advert flooding", "text": "One advert a week.", "value": "trust"},
]


def person(name="Lin", **fields):
    """A person with an account of their own."""
    return register_person(name=name, email=f"p{next(_numbers)}@example.org", **fields)


def community(owner=None, *, selection="open", values=None, rules=(), stage="published", **fields):
    """A community that takes people in, founded by `owner`; `owner` is kept as an attribute."""
    owner = owner or person("Owner")
    number = next(_numbers)
    made = actions.create_community(
        actor=owner,
        name=f"Farm {number}",
        sentence="Grow and eat together.",
        seed=Seed(blueprint="t02", values=values or {}),
        slug=f"farm-{number}",
    )
    Community.objects.filter(pk=made.pk).update(
        stage=stage, recruiting=True, selection=selection, **fields
    )
    made.refresh_from_db()
    if rules:
        publish_rules(made, rules)
        actions.accept_rules(actor=owner, membership=queries.get_membership(owner, made), number=1)
    made.owner = owner
    return made


def publish_rules(of, rules=RULES):
    """The next version of a community's rules."""
    last = queries.current_rules(of)
    return RulesVersion.objects.create(
        community=of,
        number=(last.number if last else 0) + 1,
        rules=list(rules),
        published_at=now(),
    )


def member(of, name="Mei", *, role=None, who=None, **fields):
    """A person who came in by invitation, with a role when one is named."""
    who = who or person(name, **fields)
    current = queries.current_rules(of)
    actions.admit(
        person=who, community=of, via="invitation", accepted_rules=current.number if current else 0
    )
    if role:
        give(of, who, role)
    return who


def give(of, who, role, **fields):
    """A role or the CCO seat, given by the owner."""
    kind = "seat" if role == "cco" else "role"
    return actions.grant(
        actor=of.owner, community=of, person=who, kind=kind, name=role, source="operator", **fields
    )


def membership(who, of):
    """The active membership of a person."""
    return queries.get_membership(who, of)
