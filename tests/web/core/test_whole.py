"""What is answered in parts is handed over whole, so that a slow reader holds no thread."""

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from qunluo.web.core import whole

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]


@pytest.fixture
def slot(monkeypatch):
    made = whole.Slot()
    monkeypatch.setattr(whole, "SLOT", made)
    monkeypatch.setattr(whole, "LARGE", 10)
    return made


def answer(view, **headers):
    return whole.WholeMiddleware(lambda _request: view)(RequestFactory().get("/", headers=headers))


def test_a_file_and_a_table_are_handed_over_at_once_with_their_headers(slot, tmp_path):
    file = tmp_path / "a.zip"
    file.write_bytes(b"0123456789")
    opened = file.open("rb")
    given = FileResponse(opened, as_attachment=True, filename="a.zip")
    given.set_cookie("seen", "1")
    got = answer(given)
    assert not got.streaming
    assert (got.content, got["Content-Length"]) == (b"0123456789", "10")
    assert "a.zip" in got["Content-Disposition"]
    assert got.cookies["seen"].value == "1"
    got.close()
    assert opened.closed
    table = answer(StreamingHttpResponse(iter(["a,b\n", "1,2\n"]), content_type="text/csv"))
    assert (table.content, table["Content-Type"]) == (b"a,b\n1,2\n", "text/csv")
    plain = HttpResponse("x")
    assert answer(plain) is plain


def large(ended):
    class Parts(list):
        def close(self):
            ended.append(self)

    return StreamingHttpResponse(Parts([b"01234567", b"89abcdef", b"g"]))


def test_something_large_goes_to_one_reader_at_a_time_who_never_keeps_all_threads(slot):
    ended = []
    first = answer(large(ended))
    parts = iter(first)
    assert next(parts) == b"01234567"
    second = answer(large(ended), accept_language="zh-hans")
    assert (second.status_code, second["Retry-After"]) == (503, "120")
    assert "两分钟" in second.content.decode()
    second.close()
    assert len(ended) == 1, "what is not sent is closed"
    assert b"".join(parts) == b"89abcdefg"
    third = answer(large(ended))
    assert b"".join(third) == b"0123456789abcdefg"
    third.close()
    assert len(ended) == 2


def test_a_reader_who_vanished_keeps_nobody_away_for_ever(slot, monkeypatch):
    assert answer(large([])).status_code == 200
    assert answer(large([])).status_code == 503
    monkeypatch.setattr(whole, "LEASE", 0)
    assert answer(large([])).status_code == 200
