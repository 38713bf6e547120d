"""What may be decided about what was reported or held, and which reasons are none."""

import re
from datetime import timedelta

TEXT_LENGTH, PLEA_LENGTH = 1000, 400
REPORTS_A_DAY = 20
TURN_PER_REPORT = timedelta(days=1)  # each further report counts like a day of waiting
NOTHING, LABEL, REMOVE, WARN, SUSPEND, REMOVE_MEMBER, RELEASE = (
    "nothing", "label", "remove", "warn", "suspend", "expel", "release",
)  # fmt: skip
OUTCOMES = {
    "post": (NOTHING, LABEL, REMOVE, WARN, SUSPEND, REMOVE_MEMBER),
    "thread": (NOTHING, LABEL, REMOVE, WARN, SUSPEND, REMOVE_MEMBER),
    "person": (NOTHING, WARN, SUSPEND, REMOVE_MEMBER),
    "held": (RELEASE, REMOVE),
}
ABOUT_PEOPLE = frozenset({WARN, SUSPEND, REMOVE_MEMBER})
NO_REASON = re.compile(
    r"批评|负面(?:评价|言论|内容)?|差评|吐槽|唱反调|外部?链接?|站外链接|竞品|竞争对手|"
    r"critici[sz]\w*|critical|critique|negative(?: post| review| comment)?|bad review|complain\w*|"
    r"(?:outside|external|off-?site) links?|links? (?:to )?(?:elsewhere|outside)|competitors?",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"\b(?:this|that|it|is|was|are|the|an?|of|to|in|about|us|our|we|they|their|post|link|too|"
    r"only|just|because|contains?|has|and|very|much|brand|company|shop|product)\b|"
    r"[的了是这个那有对我们本店品牌公司太过于含发布帖子内容因为和与及就很多\W_]",
    re.IGNORECASE,
)
ENOUGH = 6  # signs left beside the words that are no reason


def outcomes_for(target_type: str) -> tuple[str, ...]:
    """Return what can be decided about a thing of this type, the mildest first."""
    return OUTCOMES[target_type]


def is_no_reason(reason: str) -> bool:
    """Return whether a reason says no more than that somebody criticised or linked elsewhere."""
    rest, found = NO_REASON.subn(" ", reason)
    return bool(found) and len(FILLER.sub("", rest)) < ENOUGH
