"""Files: trusted by content, shown to whoever sees their post, gone with it."""

import io
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from qunluo.conversation import actions, queries
from qunluo.conversation.errors import (
    AttachmentNotFound,
    InvalidPost,
    NotYourPost,
    PostGone,
    SpaceNotFound,
    TooManyFiles,
)
from qunluo.conversation.models import Attachment
from qunluo.conversation.rules import files as rules
from qunluo.growth.actions.archives import export_community
from qunluo.growth.actions.restoring import restore_community
from qunluo.kernel import media
from qunluo.kernel.clock import now, travel
from qunluo.kernel.errors import NotFound
from qunluo.people import actions as people
from tests.conversation.makers import (
    badge,
    community,
    member,
    picture,
    post,
    revoke,
    sound,
    space,
    thread,
)

pytestmark = [pytest.mark.django_db, pytest.mark.req("C03")]


@pytest.fixture
def farm(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    made = community()
    made.mei, made.bo = member(made, "Mei"), member(made, "Bo")
    made.square = space(made, slug="square")
    return made


def add(farm, data=None, who=None, where=None, **more):
    """A file that waits for what somebody writes."""
    return actions.attach(
        actor=who or farm.mei, space=where or farm.square, data=data or picture(), **more
    )


def test_a_picture_comes_with_its_post_and_stands_in_the_list(farm):
    one = add(farm, name="IMG_1.jpg", alt="Rain over  the\nfield")
    assert queries.waiting_files(farm.mei, farm.square)[0].uid == one.uid
    made = thread(farm.mei, farm.square, source="", attached=[one.uid])
    shown = queries.read_thread(farm, made.number, viewer=farm.bo).posts[0]
    assert [(file.sort, file.alt, file.width) for file in shown.files] == [
        ("picture", "Rain over the field", 900)
    ]
    card = queries.threads(farm, "square", viewer=farm.bo).items[0]
    assert (card.cover, card.excerpt) == (one.uid, "🖼 Rain over the field")
    assert queries.waiting_files(farm.mei, farm.square) == []
    with queries.open_attachment(queries.get_attachment(one.uid, viewer=farm.bo)) as file:
        assert Image.open(file).format == "WEBP"


def test_a_recording_is_a_reply_without_words(farm):
    made = thread(farm.mei, farm.square)
    one = add(farm, sound(), who=farm.bo, name="../../voice note.ogg", thread=made)
    assert (one.sort, one.type, one.name) == ("audio", "audio/ogg", "voice note.ogg")
    said = actions.reply(actor=farm.bo, thread=made, source="", attached=[one.uid])
    assert queries.read_thread(farm, made.number, viewer=farm.mei).card.last_excerpt.startswith("🎙")
    assert said.attached == 1
    with pytest.raises(InvalidPost):
        actions.reply(actor=farm.bo, thread=made, source="", attached=[one.uid])


def test_the_same_message_again_takes_nothing_twice(farm):
    made, one = thread(farm.mei, farm.square), add(farm)
    sent = {"actor": farm.mei, "thread": made, "source": "", "attached": [one.uid]}
    first = actions.reply(**sent, client_id="x")
    assert actions.reply(**sent, client_id="x").pk == first.pk


@pytest.mark.parametrize(
    "data",
    [b"", b"MZ\x90\0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"PK\x03\x04",
     b"OggS" + b"\0" * 30 + b"\x80theora", b"\x1a\x45\xdf\xa3 matroska", b"RIFF0000WAVE"],
)  # fmt: skip
def test_what_it_is_called_counts_for_nothing(farm, data):
    with pytest.raises((media.NotAFile, media.NotAPicture)):
        add(farm, data or b"x", name="holiday.jpg")
    assert not Attachment.objects.exists()


def test_a_post_a_day_and_a_file_have_an_end(farm, monkeypatch):
    for _ in range(rules.MOST_IN_A_POST):
        one = add(farm, sound())
    with pytest.raises(TooManyFiles):
        add(farm, sound())
    actions.discard_attachment(actor=farm.mei, attachment=one)
    add(farm, sound())
    monkeypatch.setattr(rules, "FILES_A_DAY", 3)
    with pytest.raises(TooManyFiles) as refused:
        add(farm, sound(), who=farm.mei, where=space(farm, slug="other"))
    assert "tomorrow" in refused.value.say(str)[1]
    monkeypatch.setattr(media, "MOST_FILE", 10)
    with pytest.raises(media.FileTooLarge):
        add(farm, sound(), who=farm.bo)


@pytest.mark.req("C12")
def test_a_grant_that_ends_is_felt_for_files(farm):
    grant = badge(farm, farm.bo)
    bakery = space(farm, slug="bakery", visibility="grant", grant_kind="badge", grant_name="baker")
    one = add(farm, who=farm.bo, where=bakery)
    thread(farm.bo, bakery, attached=[one.uid])
    assert queries.get_attachment(one.uid, viewer=farm.bo)
    for stranger in (farm.mei, None):
        with pytest.raises(AttachmentNotFound):
            queries.get_attachment(one.uid, viewer=stranger)
    revoke(farm, grant)
    with pytest.raises(AttachmentNotFound):
        queries.get_attachment(one.uid, viewer=farm.bo)
    with pytest.raises(SpaceNotFound):
        add(farm, where=bakery)


def test_what_was_not_sent_is_its_owners_alone(farm):
    one = add(farm)
    assert queries.get_attachment(one.uid, viewer=farm.mei)
    for other in (farm.bo, farm.owner, None):
        with pytest.raises(AttachmentNotFound):
            queries.get_attachment(one.uid, viewer=other)
    with pytest.raises(NotYourPost):
        actions.describe_attachment(actor=farm.bo, attachment=one, alt="Mine")
    with pytest.raises(InvalidPost):
        thread(farm.bo, farm.square, attached=[one.uid])


@pytest.mark.req("C13")
def test_taking_a_post_back_takes_its_files_along(farm, django_capture_on_commit_callbacks):
    one = add(farm)
    made = thread(farm.mei, farm.square, attached=[one.uid])
    opener = post(made, viewer=farm.mei)
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_post(actor=farm.mei, post=opener)
    with pytest.raises(AttachmentNotFound):
        queries.get_attachment(one.uid, viewer=farm.mei)
    with pytest.raises(NotFound):
        media.open(one.key)


def test_a_sent_file_leaves_with_its_post_only(farm):
    one = add(farm)
    thread(farm.mei, farm.square, attached=[one.uid])
    one.refresh_from_db()
    with pytest.raises(PostGone):
        actions.discard_attachment(actor=farm.mei, attachment=one)


def test_what_nobody_sent_is_gone_after_a_week(farm):
    with travel(now()) as clock:
        kept, sent = add(farm), add(farm)
        thread(farm.mei, farm.square, attached=[sent.uid])
        assert actions.tidy_attachments() == 0
        clock.move(timedelta(days=8))
        assert actions.tidy_attachments() == 1
    assert list(Attachment.objects.values_list("uid", flat=True)) == [sent.uid]
    assert kept.uid != sent.uid


@pytest.mark.req("V10", "O09")
def test_ones_files_are_in_the_copy_and_leave_with_the_person(farm):
    one, other = add(farm, alt="Secret"), add(farm, sound())
    thread(farm.mei, farm.square, attached=[one.uid])
    packed = zipfile.ZipFile(io.BytesIO(people.export_person(actor=farm.mei)))
    assert {f"media/{one.key}", f"media/{other.key}"} <= set(packed.namelist())
    assert "Secret" in packed.read("conversation/files.json").decode()
    people.erase_person(actor=farm.mei)
    assert not Attachment.objects.exists()


def test_the_archive_carries_sent_files_and_a_copy_does_not_share_its_fate(
    farm, tmp_path, django_capture_on_commit_callbacks
):
    one, other = add(farm), add(farm, sound())
    add(farm)
    made = thread(farm.mei, farm.square, attached=[one.uid, other.uid],
                  poll={"options": ["Yes", "No"]})  # fmt: skip
    actions.answer_poll(actor=farm.bo, post=post(made, viewer=farm.bo), chosen=[1])
    export_community(farm, tmp_path / "farm.zip")
    copy = restore_community(tmp_path / "farm.zip", slug="copy")
    shown = queries.read_thread(copy, made.number, viewer=farm.mei).posts[0]
    assert [file.sort for file in shown.files] == ["picture", "audio"]
    assert shown.poll.people == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_post(actor=farm.mei, post=post(made, viewer=farm.mei))
    with queries.open_attachment(queries.get_attachment(shown.files[0].uid, viewer=farm.mei)):
        pass
