"""What governance does after a decision, and what it answers to people."""

from pathlib import Path

from qunluo.community.actions import write_to
from qunluo.community.events import MemberRemoved, MemberSuspended
from qunluo.governance import actions, queries
from qunluo.governance.events import (
    ActLinked,
    AppealDismissed,
    AppealFiled,
    AppealGranted,
    CaseDecided,
    ContentDecided,
    MemberWarned,
    VoteEnded,
)
from qunluo.kernel.delivery import reacts_to
from qunluo.kernel.text import _
from qunluo.people.ports import own_data

LETTERS = Path(__file__).parent / "definitions" / "letters.toml"

own_data.contribute(
    "governance",
    export=queries.own_documents,
    erase=actions.erase,
    keeps=[
        _("That a rule was applied to somebody, for the public count, without a name."),
        _("That somebody voted, and the ballots cast, without a name."),
    ],
    holds=_(
        "What was decided about you under the rules, your appeals and reports, whom you keep away "
        "from, in which votes you took part, and what you did or wrote in the log of values"
    ),
)


@reacts_to(MemberWarned, MemberSuspended, MemberRemoved)
def tell_the_member(event: MemberWarned | MemberSuspended | MemberRemoved) -> None:
    """Write to a member what was decided about them, why, and how to appeal (O01)."""
    if isinstance(event, MemberWarned):
        measure = queries.find_measure(event.measure_id)
    else:
        kind = "removal" if isinstance(event, MemberRemoved) else "suspension"
        measure = queries.last_measure(event.membership_id, kind)
    if measure is None:
        return
    write_to(
        measure.person_id,
        measure.community,
        measure.kind,
        path=f"/c/{measure.community.slug}/decisions/{measure.pk}/",
        words={
            "rule": measure.rule_title,
            "reason": measure.reason,
            "until": measure.until.date() if measure.until else "",
        },
        letters=LETTERS,
    )


@reacts_to(ContentDecided)
def tell_the_author(event: ContentDecided) -> None:
    """Write to somebody whose post was removed or labelled: rule, reason, and how to appeal."""
    measure = queries.find_measure(event.measure_id) if event.measure_id else None
    if measure is None or event.act not in {"remove", "label"}:
        return
    write_to(
        measure.person_id,
        measure.community,
        "takedown" if event.act == "remove" else "label",
        path=f"/c/{measure.community.slug}/decisions/{measure.pk}/",
        words={"rule": measure.rule_title, "reason": measure.reason},
        letters=LETTERS,
    )


@reacts_to(CaseDecided)
def tell_the_reporters(event: CaseDecided) -> None:
    """Write to everybody who reported something what came of it; to an author what was let go."""
    case = queries.find_case(event.case_id)
    if case is None:
        return
    for person_id in queries.reporters(case):
        write_to(
            person_id,
            case.community,
            "report_kept" if case.outcome == "nothing" else "report_acted",
            path=f"/c/{case.community.slug}/reports/",
            words={"reason": case.reason or "-"},
            letters=LETTERS,
        )
    if case.outcome == "release":
        write_to(
            case.author_id,
            case.community,
            "released",
            path=f"/c/{case.community.slug}/talk/held/",
            letters=LETTERS,
        )


@reacts_to(ContentDecided)
def let_the_act_stand_again(event: ContentDecided) -> None:
    """Put an act back into the log when an appeal against its removal was granted."""
    if event.target_type == "act" and event.act == "restore" and event.measure_id:
        actions.restore_act(event.measure_id)


@reacts_to(ActLinked)
def tell_the_doer(event: ActLinked) -> None:
    """Write to who did something that another member linked it to a value (F09)."""
    act = queries.find_act(event.act_id)
    if act is None or act.own or act.withdrawn_at:
        return
    write_to(
        act.doer_id,
        act.community,
        "act_linked",
        path=f"/c/{act.community.slug}/acts/#a{act.pk}",
        words={"name": act.linked_by.name, "value": act.value, "sentence": act.sentence},
        letters=LETTERS,
    )


@reacts_to(VoteEnded)
def tell_how_it_ended(event: VoteEnded) -> None:
    """Write to who asked how a vote ended, and to who is bound to a task by it."""
    vote = queries.find_vote(event.vote_id)
    if vote is None:
        return
    path = f"/c/{vote.community.slug}/votes/{vote.pk}/"
    words = {"question": vote.question, "task": vote.task, "due": vote.task_due_on or "–"}
    write_to(
        vote.asked_by_id, vote.community, "vote_ended", path=path, words=words, letters=LETTERS
    )
    if vote.outcome == "passed" and vote.task and vote.task_owner_id:
        write_to(
            vote.task_owner_id, vote.community, "task", path=path, words=words, letters=LETTERS
        )


@reacts_to(AppealFiled)
def tell_the_judges(event: AppealFiled) -> None:
    """Write to everybody who may judge an appeal that one waits."""
    appeal = queries.find_appeal(event.appeal_id)
    if appeal is None or appeal.state != "waiting":
        return
    for person_id in queries.judges_of(appeal):
        write_to(
            person_id,
            appeal.community,
            "appeal_filed",
            path=f"/c/{appeal.community.slug}/desk/",
            words={"person": appeal.person.name},
            letters=LETTERS,
        )


@reacts_to(AppealGranted, AppealDismissed)
def tell_the_appellant(event: AppealGranted | AppealDismissed) -> None:
    """Write to who appealed what came of it."""
    appeal = queries.find_appeal(event.appeal_id)
    if appeal is None:
        return
    part = (
        f"decisions/{appeal.measure_id}"
        if appeal.measure_id
        else (f"application/{appeal.application_id}")
    )
    write_to(
        appeal.person_id,
        appeal.community,
        "appeal_granted" if isinstance(event, AppealGranted) else "appeal_dismissed",
        path=f"/c/{appeal.community.slug}/{part}/",
        words={"reason": appeal.reason},
        letters=LETTERS,
    )
