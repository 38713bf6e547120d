"""Files from strangers: what is no picture, what is more than a picture, and where it goes."""

from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from tests.api.table import TABLE
from tests.api.test_matrix import PLACES, path_of
from tests.safety.crawl import WRITERS
from tests.safety.state import changed, held, writing
from tests.web.everybody import taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
PICTURES = {"picture", "symbol", "image"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"><script>a()</script></svg>'
RUNS = b"<html><script>a()</script></html>"


def picture(kind="PNG", **options):
    out = BytesIO()
    Image.new("RGB", (80, 80), "teal").save(out, kind, **options)
    return out.getvalue()


@cache
def vast():
    """A small file that unpacks to a picture of 64 million pixels."""
    out = BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    return out.getvalue()


def with_place():
    """A photograph that says where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif[0x8825] = {1: "N", 2: (39.0, 54.0, 20.0)}
    return picture("JPEG", exif=exif, comment=b"Secret comment")


BAD = {
    "a page as a picture": ("face.png", RUNS),
    "an SVG": ("face.svg", SVG),
    "an SVG as a picture": ("face.png", SVG),
    "a header without a picture": ("face.png", b"\x89PNG\r\n\x1a\n" + RUNS * 50),
    "a GIF that is a script": ("face.gif", b"GIF89a/*" + RUNS + b"*/=1;"),
    "a vast picture": ("face.png", vast),
    "an empty file": ("face.png", b""),
    "a program with a way out": ("../../face.php", b"<?php system($_GET[0]);"),
    "a bitmap": ("face.png", lambda: picture("BMP")),
    "a document": ("face.jpg", b"%PDF-1.7" + RUNS),
}


def doors(crawl):
    """Each form and operation that takes a file: its name, is it for pictures, how to send one."""
    found = {}
    for role in WRITERS:
        for form in crawl.forms(role):
            for name in form.of_kind("file"):
                found.setdefault(form.action, (role, form, name))
    for action, (role, form, name) in found.items():

        def send(file, action=action, role=role, form=form, name=name):
            return crawl.browser(role).post(action, {**form.filled(), name: file})

        yield action, name in PICTURES, send
    for name in (name for name, row in TABLE.items() if row.files):

        def send(file, name=name):
            secret = crawl.world.tokens["owner"]
            return getattr(crawl.browser("visitor"), PLACES[name][0])(
                f"/api/v1{path_of(crawl.world, name)}",
                {TABLE[name].files: file},
                headers={"Authorization": f"Bearer {secret}"},
            )

        yield name, TABLE[name].files in PICTURES, send


def a_file(name, content):
    file = BytesIO(content() if callable(content) else content)
    file.name = name
    return file


@pytest.mark.req("O02")
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_picture_is_refused_as_one_and_runs_nowhere(what, crawl):
    """A list of customers may be any text; it is never shown as anything else."""
    before, wrong, seen = held(), [], 0
    for door, for_pictures, send in doors(crawl):
        with taken_back(), writing() as written:
            answer = send(a_file(*BAD[what]))
            seen += 1
            kept = set(changed(before, written)) - {"people_apitoken"}
            taken = answer.status_code < 400 or kept
            if answer.status_code >= 500 or (taken and for_pictures):
                wrong.append(f"{door}: {answer.status_code} {sorted(kept)}")
            if b"<script>a()" in answer.content:
                wrong.append(f"{door}: shows it")
    assert wrong == []
    assert seen >= 7


@pytest.mark.req("O02")
@pytest.mark.parametrize("content", [with_place(), picture() + RUNS], ids=["place", "polyglot"])
def test_a_picture_is_made_anew_and_served_as_nothing_else(content, crawl, data_dir):
    who = crawl.world.people.member
    sent = crawl.browser("member").post(
        "/me/picture/", {"picture": a_file('../../x"><img src=x onerror=a>.svg', content)}
    )
    assert sent.status_code == 302
    who.refresh_from_db()
    answer = crawl.browser("visitor").get(f"/media/{who.picture}")
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert (data_dir / "media" / who.picture).resolve().is_relative_to(data_dir / "media")
    kept = (data_dir / "media" / who.picture).read_bytes()
    for secret in (b"Secret", b"<script>", b"Exif", b"onerror"):
        assert secret not in kept
    assert dict(Image.open(BytesIO(kept)).getexif()) == {}


@pytest.mark.parametrize(
    "key",
    ["../secret-key", "..%2f..%2fsecret-key", "%2e%2e/secret-key", "/etc/passwd", "secret-key",
     "avatar/../../secret-key", "avatar/aa/..%00.webp", "....//secret-key", "avatar\\..\\x"],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["media", "static"])
def test_no_address_of_a_file_leads_to_another_one(folder, key, data_dir, crawl):
    (data_dir / "secret-key").write_text("the key of this house")
    answer = crawl.browser("visitor").get(f"/{folder}/{key}")
    assert answer.status_code in {400, 404}
    assert "the key of this house" not in answer.text


LISTS = ("text/csv", "application/zip")


def test_lists_and_archives_are_handed_out_as_files_that_do_not_run(crawl):
    crawl.forms("owner")
    files = {
        path: headers for (role, path), (headers, _inline) in crawl.headers.items()
        if role == "owner" and headers.get("Content-Type", "").startswith(LISTS)
    }  # fmt: skip
    assert len(files) >= 3
    for path, headers in files.items():
        assert headers["Content-Disposition"].startswith("attachment"), path
        assert headers["X-Content-Type-Options"] == "nosniff", path
