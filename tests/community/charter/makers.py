"""Communities whose founders wrote their charter, and ways to satisfy or break a predicate."""

from itertools import count

from qunluo.blueprints.actions import found_community
from qunluo.blueprints.queries import get_blueprint
from qunluo.community import actions, queries
from qunluo.people.actions import register_person

_numbers = count(1)

# Words of our own for every field that a charter may ask, by the field's type.
OWN = {
    "text": "我们自己写下的一句话，第{n}句",
    "long": "我们自己写下的一段话，讲清楚来龙去脉，第{n}段",
    "symbol": "禾",
    "number": 500,
    "date": "2031-12-31",
    "colour": "#2f6f4f",
}


def founder(name="周立春"):
    """Somebody who founds."""
    return register_person(name=name, email=f"founder{next(_numbers)}@example.org")


def fresh(blueprint="T14", *, owner=None, language="zh-hans", **fields):
    """A community three minutes old; `owner` is kept as an attribute."""
    owner = owner or founder()
    made = found_community(
        actor=owner,
        name=fields.pop("name", f"山后农场 {next(_numbers)}"),
        sentence="一片叫得出名字的地。",
        blueprint=blueprint,
        language=language,
        **fields,
    )
    made.owner = owner
    return made


def save(community, step, **values):
    """Save a step as the owner."""
    return actions.save_charter_step(
        actor=community.owner, community=community, step=step, values=values
    )


def own_answer(field, values):
    """An answer that no blueprint has suggested."""
    if field.type in {"choice", "choices"}:
        return field.choices[0].id if field.type == "choice" else [field.choices[0].id]
    if field.type == "list":
        return ["第一条是自己的", "第二条也是自己的"]
    if field.kind == "rows":
        cell = {"money": "200", "value": values["meaning"]["values"][0]}
        return [{c.id: cell.get(c.type, f"自己的{c.id}{n}") for c in field.columns} for n in (1, 2)]
    said = OWN[field.type]
    return said.format(n=next(_numbers)) if isinstance(said, str) else said


def write_all(community, *, keep=("purpose", "axes", "carrier", "meaning", "rules")):
    """Write every step in words of our own; those in `keep` only get what they lack."""
    form = queries.charter_form()
    for step in form.steps:
        draft = type(community.draft).objects.get(community=community).values
        if not step.asked(flat(draft)):
            continue
        before = {} if step.id == "rules" and loose(draft) else draft.get(step.id, {})
        values = {
            f.id: own_answer(f, draft)
            for f in step.fields
            if f.path in community.draft.key_fields
            or not ((step.id in keep and before.get(f.id)) or f.id == "colour")
        }
        saved = save(community, step.id, **values)
        assert not saved.problems, (step.id, saved.problems)
        assert not saved.missing, (step.id, saved.missing)
    return community


def loose(values):
    """Whether some rule rests on a value that is no longer there."""
    known = values["meaning"]["values"]
    return any(rule["value"] not in known for rule in values["rules"]["rules"])


def flat(values):
    """{"step.field": value}."""
    return {f"{s}.{f}": v for s, fields in values.items() for f, v in fields.items()}


def ready(blueprint="T14", **fields):
    """A community that can be published."""
    return write_all(fresh(blueprint, **fields))


def public(blueprint="T14", **fields):
    """A published community."""
    made = ready(blueprint, **fields)
    return with_owner(actions.publish_community(actor=made.owner, community=made), made.owner)


def with_owner(community, owner):
    """The community with its owner as an attribute."""
    community.owner = owner
    return community


def member(community, name="小满"):
    """Somebody who came in by invitation."""
    who = founder(name)
    rules = queries.current_rules(community)
    actions.admit(person=who, community=community, via="invitation", accepted_rules=rules.number)
    return who


def key_fields(blueprint):
    """What must be edited."""
    return get_blueprint(blueprint).key_fields
