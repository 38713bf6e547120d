"""What the imports ask of their surroundings: a file that opens, and in whose name they act."""

from typing import TYPE_CHECKING

from qunluo.community.queries import holders
from qunluo.kernel.errors import NotFound
from qunluo.kernel.text import _
from qunluo.people.queries import find_person_by_email

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person


class NoSuchFile(NotFound):
    """The file cannot be opened."""

    code = "cli.no_such_file"
    message = _("There is no file {file} that can be read.")
    next_step = _("Check the path.")


class NobodyActs(NotFound):
    """There is no owner, or nobody with the address."""

    code = "cli.nobody_acts"
    message = _("Nobody was found in whose name it could be imported.")
    next_step = _("Name an owner or operator with --as EMAIL.")


def whose_name(email: str, community: "Community") -> "Person":
    """Return the person with an address, or the first owner when there is none; NobodyActs."""
    if email:
        found = find_person_by_email(email)
    else:
        first = holders(community, ["owner"]).select_related("person").order_by("pk").first()
        found = first.person if first else None
    if found is None:
        raise NobodyActs
    return found
