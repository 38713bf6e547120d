"""What the member record refuses, and what to do next."""

from qunluo.kernel.errors import Conflict, Invalid, NotFound
from qunluo.kernel.text import _


class CloseCareFull(Conflict):
    """A host follows at most twenty people closely."""

    code = "community.close_care_full"
    message = _("You already follow {limit} people closely, which is as many as one person can.")
    next_step = _("Let somebody out of the circle first, or ask another host to take them.")


class AlreadyInCloseCare(Conflict):
    """The host follows this member already."""

    code = "community.already_in_close_care"
    message = _("You follow this person closely already.")
    next_step = _("Nothing needs to be done.")


class HostUnfit(Invalid):
    """Only a host or operator of the community can host members."""

    code = "community.host_unfit"
    message = _("Choose a host or operator of this community.")


class InvalidTag(Invalid):
    """The tag is empty or too long."""

    code = "community.invalid_tag"
    message = _("A tag has 1 to {limit} characters.")


class TagNotFound(NotFound):
    """The member has no such tag, or it is not for this actor to take off."""

    code = "community.tag_not_found"
    message = _("This member has no such tag.")
    next_step = _("Load the page again to see the tags as they are now.")


class InvalidNote(Invalid):
    """The note is empty or too long."""

    code = "community.invalid_note"
    message = _("A note has 1 to {limit} characters.")


class InvalidFilter(Invalid):
    """A filter names something that cannot be filtered by; `fields` says what."""

    code = "community.invalid_filter"
    message = _("This filter cannot be used.")
    next_step = _("Correct the marked parts; the list shows everybody until then.")


class InvalidSegment(Invalid):
    """The segment's name is missing or taken."""

    code = "community.invalid_segment"
    message = _("This segment cannot be saved like this.")


class SegmentNotFound(NotFound):
    """No such segment in this community."""

    code = "community.segment_not_found"
    message = _("There is no such segment here.")
    next_step = _("Look in the list of segments; it may have been deleted.")
