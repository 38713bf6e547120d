from datetime import timedelta

import pytest
from django.core import mail

from qunluo.community import actions as community_actions
from qunluo.governance import actions, queries, reactions
from qunluo.governance.events import AppealFiled
from qunluo.kernel.clock import now
from qunluo.kernel.definitions import load_file
from qunluo.kernel.delivery import drain
from qunluo.people.actions import register_person
from qunluo.reach.actions.deliver import deliver
from qunluo.reach.models import Delivery
from tests.community.makers import RULES, community, member, membership, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def letters(monkeypatch):
    """Carry mail out at once, in this thread."""
    drain()
    mail.outbox.clear()

    def read():
        drain()
        sent = [(d.to, d.context["subject"], d.context) for d in Delivery.objects.order_by("pk")]
        Delivery.objects.all().delete()
        return sent

    monkeypatch.setattr("qunluo.reach.actions.send.post", lambda pk: None)
    return read


@pytest.mark.req("P22")
def test_applicants_read_what_was_decided_in_their_language(letters):
    farm = community(selection="vetting")
    english, chinese = person(language="en"), person()
    yes, no = (community_actions.apply(actor=who, community=farm) for who in (english, chinese))
    letters()
    community_actions.decide_application(actor=farm.owner, application=yes, accept=True)
    community_actions.decide_application(
        actor=farm.owner, application=no, accept=False, reason="本季已满"
    )
    (to, subject, _), (other, refusal, context) = letters()
    assert (to, subject) == (english.email, f"Welcome to {farm.name}")
    assert (other, refusal) == (chinese.email, f"关于你加入{farm.name}的申请")
    assert "本季已满" in context["text"]
    assert context["url"].endswith(f"/c/{farm.slug}/application/{no.pk}/")


@pytest.mark.req("O01")
def test_whoever_is_held_to_a_rule_reads_which_why_and_how_to_appeal(letters):
    farm = community(person("Wang"), rules=RULES, stage="private")
    who, judge = member(farm, "Mei", language="en"), member(farm, "Li", role="operator")
    here, said = membership(who, farm), {"actor": farm.owner, "rule_id": "r1", "reason": "Rude"}
    letters()
    actions.warn_member(membership=here, **said)
    actions.suspend_member(membership=here, until=now() + timedelta(days=3), **said)
    removal = actions.remove_member(membership=here, **said)
    sent = letters()
    assert [to for to, _, _ in sent] == [who.email] * 3
    assert [subject.split(" ")[0] for _, subject, _ in sent] == ["A", "Your", "You"]
    assert all("Be kind" in c["text"] and "Rude" in c["text"] for _, _, c in sent)
    assert sent[2][2]["url"].endswith(f"/c/{farm.slug}/decisions/{removal.pk}/")
    assert queries.own_measures(who)[0] == removal
    appeal = actions.file_appeal(actor=who, measure=removal, text="No")
    ((to, subject, _),) = letters()
    assert (to, subject) == (judge.email, f"{farm.name}有一份申诉待裁决")
    actions.decide_appeal(actor=judge, appeal=appeal, grant=True, reason="Too harsh")
    ((to, _, context),) = letters()
    assert to == who.email
    assert "Too harsh" in context["text"]
    reactions.tell_the_judges(AppealFiled(appeal_id=appeal.pk, against="removal"))
    assert letters() == []


def test_nobody_without_an_address_stops_the_post(letters):
    farm = community(rules=RULES)
    who = member(farm, who=register_person(name="No mail"))
    actions.warn_member(
        actor=farm.owner, membership=membership(who, farm), rule_id="r1", reason="Rude"
    )
    assert letters() == []


@pytest.mark.parametrize("path", ["community", "governance"])
def test_every_letter_has_a_subject_a_text_and_a_button(path):
    for letter in load_file(f"qunluo/{path}/definitions/letters.toml").values():
        assert letter.keys() == {"subject", "text", "button"}


def test_a_letter_renders_as_plain_text_and_as_a_page(letters, monkeypatch):
    farm = community(selection="vetting")
    who = person(language="en")
    asked = community_actions.apply(actor=who, community=farm)
    community_actions.decide_application(actor=farm.owner, application=asked, accept=True)
    drain()

    assert deliver(Delivery.objects.get(to=who.email).pk)
    (sent,) = mail.outbox
    assert sent.subject == f"Welcome to {farm.name}"
    assert f"http://testserver/c/{farm.slug}/" in sent.body
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "Come in" in html
