"""How a text will look: the same people are linked as when it is sent."""

from qunluo.community.queries import Called, holders_among, members_called
from qunluo.conversation.models import Space
from qunluo.conversation.rules import markup


def preview(space: Space, source: str) -> str:
    """Return the safe HTML of a text that is being written in a space."""
    called = readers_called(space, source)
    base = f"/c/{space.community.slug}/talk/"
    return markup.render(source, {word: one.handle for word, one in called.items()}, base)


def readers_called(space: Space, source: str) -> dict[str, Called]:
    """Return the members whom a text calls by the word that names them; only who may read it."""
    if "@" not in source:
        return {}
    people = members_called(space.community, markup.called(source))
    ids = {one.person_id for one in people.values()}
    if not ids:
        return {}
    if space.private:
        inside = space.members.filter(person_id__in=ids)
        ids = set(inside.values_list("person_id", flat=True))
    elif space.visibility == Space.Visibility.GRANT:
        ids = set(holders_among(space.community, ids, space.grant_kind, space.grant_name))
    return {word: one for word, one in people.items() if one.person_id in ids}
