"""A community moves: what is exported, restored and exported again says the same."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models

from qunluo.community import actions as community_actions
from qunluo.community.models import Community, Membership
from qunluo.community.queries import get_membership
from qunluo.conversation import actions as conversation
from qunluo.conversation import queries as talking
from qunluo.conversation.models import ServiceRequest
from qunluo.growth import actions, errors, queries
from qunluo.growth.models import Customer, Invitation
from qunluo.kernel import archive
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.kernel.events import META, REGISTRY
from qunluo.kernel.models import EventRecord
from qunluo.ledger import actions as ledger
from qunluo.ledger.actions import Leg, Wanted
from qunluo.ledger.models import Transfer
from qunluo.ledger.queries import verify
from qunluo.people.models import Person
from qunluo.people.queries import find_person_by_email
from qunluo.reach.queries import is_suppressed
from tests.emptying import empty
from tests.growth import makers

pytestmark = pytest.mark.django_db
RULES = [{"id": "r1", "title": "Be kind", "text": "No insults.", "value": "kindness"}]


@pytest.fixture
def farm():
    """A community with something of nearly everything."""
    farm = makers.community(rules=RULES)
    mei, lin = makers.member(farm, "阿梅", role="host"), makers.member(farm, "Lin")
    here = get_membership(lin, farm)
    community_actions.tag_member(actor=farm.owner, membership=here, name="熟客")
    community_actions.note_member(actor=farm.owner, membership=here, text="喜欢草莓")
    community_actions.assign_host(actor=farm.owner, membership=here, host=mei)
    community_actions.save_segment(
        actor=farm.owner, community=farm, name="阿梅的人", filters={"host": mei.pk}
    )
    makers.imported(
        farm, "会员号,姓名,邮箱,同意,日期,金额\nA1,老张,z@example.cn,是,2024-01-02,9.90\n"
    )
    contact = actions.add_contact(actor=farm.owner, community=farm, name="老陈", why="大厨")
    actions.log_outreach(actor=farm.owner, contact=contact, outcome="talked")
    invitation = actions.invite_contact(actor=farm.owner, contact=contact)
    actions.accept_invitation(actor=makers.person("老陈"), code=invitation.code, accepted_rules=1)
    actions.invite_customers(
        actor=farm.owner, community=farm, filters={}, subject="好久不见",
        text="您好 {name}，回来看看吧，大家都在。",
    )  # fmt: skip
    actions.unsubscribe_customer(customer=Customer.objects.get(community=farm))
    leaver = makers.member(farm, "Leaver")
    community_actions.leave(
        actor=leaver, membership=get_membership(leaver, farm), reason="moved away"
    )
    talk(farm, mei, lin)
    money(farm, mei, lin)
    service(farm, mei, lin)
    drain()
    return farm


def money(farm, mei, lin):
    """Points given, held, spent, held still and given by mistake."""
    given = {"actor": farm.owner, "community": farm}
    ledger.give_points(**given, person=mei, points=90, reason="帮忙插秧", key="one")
    wrong = ledger.give_points(**given, person=lin, points=5, reason="写错了", key="two")
    ledger.reverse_by_hand(actor=farm.owner, transfer=wrong, reason="给错人了", key="three")
    wanted = [Wanted("wallet", "points", mei), Wanted("issued", "points")]
    wallet, issued = ledger.ensure_accounts(community=farm, wanted=wanted)
    held = ledger.hold(account=wallet, amount=40, key="four")
    ledger.capture(hold=held, to=[Leg(issued, 30)], key="five", kind="exchange")
    ledger.release(hold=ledger.hold(account=wallet, amount=10, key="six"))
    ledger.hold(account=wallet, amount=7, key="seven")


def talk(farm, mei, lin):
    """A question with an answer, a mention, an edit, a reaction, a removal and reading marks."""
    square = conversation.open_space(actor=farm.owner, community=farm, name="广场", type="board")
    asked = conversation.write_post(
        actor=mei, space=square, kind="question", title="怎么存？", source="@Lin 菠菜怎么存？",
        client_id="from-her-phone",
    )  # fmt: skip
    answer = conversation.reply(actor=lin, thread=asked, source="竖着放。")
    conversation.edit_post(actor=lin, post=answer, source="竖着放，不洗。")
    conversation.react(actor=mei, post=answer, reaction="thanks")
    conversation.accept_answer(actor=mei, answer=answer)
    bad = conversation.reply(actor=lin, thread=asked, source="笨")
    conversation.remove_post(actor=farm.owner, post=bad, rule_id="r1", reason="骂人")
    conversation.mark_unread(actor=mei, thread=asked, place=2)
    conversation.save_draft(actor=mei, space=square, source="写了一半")


def service(farm, mei, lin):
    """A service that somebody asked for, with what is set aside for it."""
    yard = conversation.open_space(actor=farm.owner, community=farm, name="院子", type="board")
    offered = conversation.write_post(
        actor=lin, space=yard, kind="service", title="磨刀", source="菜刀都行。",
        fields={"points": "3"},
    )  # fmt: skip
    conversation.request_service(actor=mei, thread=offered, text="一把菜刀。")


def contents(path):
    """Every record of an archive, with ids replaced by what they stand for."""
    with zipfile.ZipFile(path) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        files = {
            name: [json.loads(line) for line in opened.read(name).splitlines()]
            for name in manifest["files"]
        }
    return manifest, files


def without_ids(files):
    """The same, with every id replaced by its place in its own file."""
    kinds = {kind.model: kind for kind in archive.kinds().values()}
    place = {}
    for model in kinds:
        rows = files[f"data/{model.lower()}.jsonl"]
        if model == archive.PERSON:
            rows.sort(key=lambda row: (row["name"], row["email"] or "", row["handle"]))
        place[model] = {row["id"]: f"{model}#{i}" for i, row in enumerate(rows)}
    said = {}
    for model, kind in kinds.items():
        rows = files[f"data/{model.lower()}.jsonl"]
        for row in rows:
            row["id"] = place[model][row["id"]]
            for field in kind.fields:
                if isinstance(field, models.ForeignKey) and row.get(field.name) is not None:
                    target = field.remote_field.model._meta.label
                    row[field.name] = place[target][row[field.name]]
            for path, target in kind.refs.items():
                inside(row, path, place[target])
        said[model] = rows
    for event in files["events.jsonl"]:
        del event["uid"]
        for name in ("actor_id", "person_id"):
            event[name] = place[archive.PERSON].get(event[name])
        for name, target in archive.event_ids().items():
            if target and event["data"].get(name):
                event["data"][name] = place[target].get(event["data"][name], 0)
    said["events"] = files["events.jsonl"]
    return said


def inside(row, path, places):
    *steps, last = path.split(".")
    for step in steps:
        row = row.get(step) or {}
    if str(row.get(last, "")).isdecimal():
        row[last] = places[int(row[last])]


def test_what_was_restored_says_the_same_as_the_original(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy-of-farm")
    actions.export_community(copy, tmp_path / "two.zip")
    (first, before), (second, after) = (
        contents(tmp_path / "one.zip"),
        contents(tmp_path / "two.zip"),
    )
    counts = [
        {name: told["count"] for name, told in manifest["files"].items()}
        for manifest in (first, second)
    ]
    assert counts[0] == counts[1]
    before, after = without_ids(before), without_ids(after)
    before["community.Community"][0]["slug"] = "copy-of-farm"
    for told in (before, after):  # codes are secrets of one installation; here both live in one
        for invitation in told["growth.Invitation"]:
            del invitation["code"]
    for kind in before:
        assert after[kind] == before[kind], kind
    proof = verify(community_id=copy.pk)
    assert (proof.rows, proof.transfers, proof.holds) == ({}, 4, 4)


@pytest.mark.django_db(transaction=True)
def test_talk_goes_on_where_it_was_restored(farm, tmp_path):
    mei = Person.objects.get(name="阿梅")
    actions.export_community(farm, tmp_path / "one.zip")
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy-of-farm")
    window = talking.read_thread(copy, 1, viewer=mei, after=0)
    assert [(post.place, post.removed) for post in window.posts] == [(1, ""), (2, ""), (3, "rule")]
    assert (window.card.unread, window.posts[1].accepted) == (1, True)
    opened = conversation.write_post(actor=mei, space=window.space, title="再来", source="一帖")
    assert opened.number == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("P15")
def test_a_request_for_a_service_goes_on_where_it_was_restored(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy-of-farm")
    asked = ServiceRequest.objects.select_related("asker", "provider").get(thread__community=copy)
    assert (asked.hold.community_id, asked.hold.amount) == (copy.pk, 3)
    take = {"actor": asked.provider, "request": asked, "step": "deliver"}
    conversation.take_service_step(**take)
    take = {"actor": asked.asker, "request": asked, "step": "thank", "text": "谢谢。"}
    assert conversation.take_service_step(**take).state == "done"
    assert talking.free_points(asked.provider, copy) == 3
    assert verify(community_id=copy.pk).rows == {}


def test_in_another_installation_codes_handles_and_event_uids_stay(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    codes = set(Invitation.objects.values_list("code", flat=True))
    booked = set(Transfer.objects.values_list("pk", "key"))
    uids = set(EventRecord.objects.filter(community_id=farm.pk).values_list("uid", flat=True))
    slug = farm.slug
    empty_installation()
    copy = actions.restore_community(tmp_path / "one.zip")
    assert copy.slug == slug
    assert set(Invitation.objects.values_list("code", flat=True)) == codes
    assert set(Transfer.objects.values_list("pk", "key")) == booked
    restored = EventRecord.objects.filter(community_id=copy.pk, imported=True)
    assert set(restored.values_list("uid", flat=True)) == uids


def empty_installation():
    """Another installation: nothing of this one is there."""
    connection.check_constraints()  # what is still due, before its rows are gone
    empty()


def test_people_are_found_by_address_and_others_wait_until_they_claim(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    lin = Person.objects.get(name="Lin")
    Person.objects.filter(pk=lin.pk).update(email=None)
    addresses = {row["name"]: row["email"] for row in contents(tmp_path / "one.zip")[1][
        "data/people.person.jsonl"]}  # fmt: skip
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy")
    mei = Person.objects.get(name="阿梅")
    assert Membership.objects.filter(community=copy, person=mei).exists()
    claimed = find_person_by_email(addresses["Lin"])
    assert claimed.pk != lin.pk
    assert not claimed.has_usable_password()
    assert Membership.objects.filter(community=copy, person=claimed).exists()


def test_what_only_the_person_sees_and_secrets_never_leave(farm, tmp_path):
    mei = Person.objects.get(name="阿梅")
    Person.objects.filter(pk=mei.pk).update(worries="钱不够", visibility={"worries": "me"})
    actions.export_community(farm, tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist()).decode()
    assert "钱不够" not in everything
    assert "argon2" not in everything


def test_drafts_stay_with_their_authors_and_ratings_name_nobody(farm, tmp_path):
    mei, lin = Person.objects.get(name="阿梅"), Person.objects.get(name="Lin")
    where = conversation.open_space(actor=farm.owner, community=farm, name="Board", type="board")
    ticks = [name for name, _words in talking.checklist(farm)]
    draft, told = (
        conversation.plan_item(actor=mei, space=where, title=title, source=title, ticks=ticks)
        for title in ("Honey to come", "Bread today")
    )
    conversation.change_item(actor=mei, item=draft, source="Honey at last", together=["Lin"])
    conversation.schedule_item(actor=mei, item=told)
    conversation.publish_due()
    told.refresh_from_db()
    conversation.rate_item(actor=lin, item=told, rating=4)
    actions.export_community(farm, tmp_path / "one.zip")
    _manifest, rows = contents(tmp_path / "one.zip")
    assert "Honey" not in json.dumps(rows)
    rated = rows["data/conversation.ontone.jsonl"]
    assert [set(one) for one in rated] == [{"id", "item", "rating", "rated_at"}]
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy-of-farm")
    day, one = told.published_at.date(), timedelta(days=1)
    (item,) = talking.planned(copy, day - one, day + one, viewer=lin)
    view = talking.get_item(item.item.uid, community=copy, viewer=lin)
    assert (view.tone, view.tone_n) == (4, 1)


def test_times_of_history_are_kept(farm, tmp_path, travel):
    actions.export_community(farm, tmp_path / "one.zip")
    with travel(now() + timedelta(days=30)):
        copy = actions.restore_community(tmp_path / "one.zip", slug="copy")
    old = (
        EventRecord.objects.filter(community_id=farm.pk).order_by("pk").values_list("at", flat=True)
    )
    new = EventRecord.objects.filter(community_id=copy.pk, imported=True).order_by("pk")
    assert list(new.values_list("at", flat=True)) == list(old.values_list("at", flat=True))


def test_who_unsubscribed_is_left_in_peace_in_the_new_place_too(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    copy = actions.restore_community(tmp_path / "one.zip", slug="copy")
    assert is_suppressed("z@example.cn", copy.pk)


def test_an_address_that_is_taken_is_told(farm, tmp_path):
    actions.export_community(farm, tmp_path / "one.zip")
    with pytest.raises(errors.SlugTaken):
        actions.restore_community(tmp_path / "one.zip")


def changed(path, name, data):
    """A copy of the archive in which one file says something else."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for member in old.namelist():
            new.writestr(member, data if member == name else old.read(member))
    return other


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data/growth.customer.jsonl", b'{"id": 1}\n'),
        ("manifest.json", b"{}"),
        ("manifest.json", b"not json"),
        ("events.jsonl", b""),
    ],
)
def test_a_changed_archive_is_refused_and_nothing_is_restored(farm, tmp_path, name, data):
    actions.export_community(farm, tmp_path / "one.zip")
    before = Community.objects.count()
    with pytest.raises(errors.ArchiveDamaged):
        actions.restore_community(changed(tmp_path / "one.zip", name, data), slug="copy")
    assert Community.objects.count() == before


def test_a_truncated_archive_and_a_newer_one_are_refused(farm, tmp_path):
    path = tmp_path / "one.zip"
    manifest = actions.export_community(farm, path)
    newer = changed(path, "manifest.json", json.dumps(manifest | {"format_version": 99}).encode())
    with pytest.raises(errors.ArchiveTooNew):
        actions.restore_community(newer, slug="copy")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(errors.ArchiveDamaged):
        actions.restore_community(path, slug="copy")


def test_an_owner_asks_for_an_archive_and_the_worker_writes_it(farm):
    asked = actions.request_export(actor=farm.owner, community=farm)
    assert actions.request_export(actor=farm.owner, community=farm) == asked
    assert actions.run_waiting_exports() == 1
    ready = queries.get_export(farm, asked.pk, viewer=farm.owner)
    assert ready.size > 1000
    with pytest.raises(errors.ExportNotFound):
        queries.get_export(makers.community(farm.owner), asked.pk, viewer=farm.owner)


def test_every_table_that_belongs_to_a_community_is_in_the_archive_or_named_here():
    outside = {
        "conversation.HeldPost": "unsaid words are their author's own",
        "conversation.Draft": "unsent words are their author's own",
        "conversation.Numbering": "counted anew from the threads",
        "conversation.SpaceMember": "talk among chosen people is theirs",
        "conversation.CircleAsking": "so is who asks to join it",
        "conversation.Document": "made anew from the posts",
        "conversation.Topic": "made anew from the posts",
        "conversation.Tagging": "made anew from the posts",
        "conversation.Tie": "grows anew as people talk",
        "governance.Case": "what is not decided yet stays; measures move",
        "governance.Report": "what is not decided yet stays; measures move",
        "governance.Distance": "between two persons, wherever they are",
        "growth.CommunityExport": "archives are not archived",
        "growth.StagedCustomer": "rows on their way",
        "growth.StagedOrder": "rows on their way",
        "growth.RowError": "deleted after a month anyway",
        "reach.Delivery": "mail on its way belongs to this installation",
        "reach.Notice": "what reached a person here is theirs, and is read here",
        "reach.Wish": "how a person wants to be reached is theirs, wherever they are",
        "reach.Rhythm": "the hours of a person are theirs",
        "reach.Device": "browsers that let this installation tell them",
        "reach.ChannelSending": "what is on its way belongs to this installation",
        "reach.ChannelAttempt": "what is on its way belongs to this installation",
        "reach.ChannelBinding": "accounts elsewhere are bound anew, by who they belong to",
        "reach.ChannelVisit": "who came by which link is measured here",
        "reach.Push": "on its way to a device",
        "reach.MailboxMark": "how far this installation has read its mailbox",
        "people.ApiToken": "a secret of this installation",
        "market.MerchantAccount": "secrets of this installation",
        "market.ProviderNotice": "what a provider told this installation",
        "market.Bill": "so is what it billed",
        "market.CartItem": "what one thinks of buying is one's own",
        "market.Address": "so is where one lives",
        "ledger.Balance": "kept by the database itself, from the transfers and holds",
    }
    ours = {m._meta.label for m in apps.get_models() if m.__module__.startswith("qunluo.")}
    of_rooms = {label for label in ours if not label.startswith("kernel.")}
    assert of_rooms - archive.kinds().keys() == set(outside)


def test_every_id_in_an_event_is_known_to_the_archive():
    unknown = {
        f"{name}.{field}"
        for name, event in REGISTRY.items()
        for field in event.__dataclass_fields__
        if field.endswith("_id") and field not in META and field not in archive.event_ids()
        and name.split(".")[0] != "kernel" and not name.startswith("test")
    }  # fmt: skip
    assert unknown == set()
