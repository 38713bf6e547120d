"""What a community looks at before something appears."""

from typing import TYPE_CHECKING

from qunluo.community import queries as communities
from qunluo.governance.models import CheckSettings, Trust

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.governance.queries.decided import Viewer


def check_settings(community: "Community", *, viewer: "Viewer") -> CheckSettings:
    """Return which lists are off and the community's own words; PermissionMissing."""
    communities.require(viewer, community, "posts.moderate")
    found = CheckSettings.objects.filter(community=community).first()
    return found or CheckSettings(community=community)


def has_trust(person_id: int, community: "Community") -> bool:
    """Return whether somebody has earned more than a newcomer may."""
    return Trust.objects.filter(community=community, person_id=person_id).exists()
