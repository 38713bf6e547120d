"""Production: what it refuses to start with, what it only warns of, and what it tells browsers."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from qunluo.cli.unsafe import refuse_unsafe, warn_of_doubtful
from qunluo.environment import env

ROOT = Path(__file__).parents[2]
HOST = "farm.example"
STRONG = "Zk3" * 5 + "0123456789abcdefghijklmnopqrstuvwxyz-QUNLUO"
SAFE = {
    "ENV": "production", "SECRET_KEY": STRONG, "SITE_URL": f"https://{HOST}",
    "ALLOWED_HOSTS": f"{HOST} 127.0.0.1",
}  # fmt: skip
YEAR = 60 * 60 * 24 * 365


@pytest.fixture
def production(monkeypatch, tmp_path):
    """Put the environment of an installation in place of ours, with something else about it."""
    for name in [name for name in os.environ if name.startswith("QUNLUO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("QUNLUO_DATA_DIR", str(tmp_path))

    def set_up(**other):
        for name, value in {**SAFE, **other}.items():
            monkeypatch.setenv(f"QUNLUO_{name}", value)

    return set_up


@pytest.mark.req("O02")
@pytest.mark.parametrize(
    "other",
    [
        {},
        {"SITE_URL": "https://FARM.example/", "BEHIND_PROXY": "1"},
        {"SITE_URL": "https://farm.example:8443"},
        {"ALLOWED_HOSTS": ".example"},
        {"SITE_URL": "https://[fd00::1]", "ALLOWED_HOSTS": "[fd00::1]"},
        {"SITE_URL": "http://farm.example", "ALLOW_HTTP": "1"},
    ],
)
def test_production_starts_with_what_is_safe_or_chosen(other, production):
    production(**other)
    assert env.unsafe() == []


@pytest.mark.req("O02")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "", "QUNLUO_SECRET_KEY is empty"),
        ("SECRET_KEY", "short", "can be guessed"),
        ("SECRET_KEY", "ab" * 40, "can be guessed"),
        ("SECRET_KEY", f"demo-{STRONG}", "can be guessed"),
        ("SECRET_KEY", f"for-the-tests-only-{STRONG}", "can be guessed"),
        ("SECRET_KEY", f"django-insecure-{STRONG}", "can be guessed"),
        ("DEBUG", "1", "QUNLUO_DEBUG"),
        ("NO_RATE_LIMITS", "yes", "QUNLUO_NO_RATE_LIMITS"),
        ("ALLOWED_HOSTS", "*", "accepts any name"),
        ("ALLOWED_HOSTS", f"{HOST}, *", "accepts any name"),
        ("ALLOWED_HOSTS", "", f"lacks {HOST}"),
        ("ALLOWED_HOSTS", f"not-{HOST} .{HOST}.evil", f"lacks {HOST}"),
        ("SITE_URL", "", "http://127.0.0.1:8000 is not encrypted"),
        ("SITE_URL", f"http://{HOST}", "not encrypted"),
        ("SITE_URL", HOST, "no address"),
        ("SITE_URL", f"ftp://{HOST}", "no address"),
        ("SITE_URL", "https://", "no address"),
        ("SITE_URL", "https://[farm", "no address"),
    ],
)
def test_production_refuses_what_endangers_people(name, value, said, production, capsys):
    production(**{name: value})
    assert refuse_unsafe()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Not started: ")
    assert said in line


def test_a_misspelt_environment_counts_as_production(production):
    production(ENV="prod", DEBUG="1")
    assert env.unsafe()


@pytest.mark.parametrize(("language", "said"), [("en_US", "Careful: "), ("zh_CN", "请注意：")])
def test_a_database_that_others_can_read_is_warned_of_and_served(
    language, said, production, capsys, monkeypatch
):
    production()
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    with tempfile.TemporaryDirectory() as name:  # tmp_path lies in a folder that is closed
        folder, file = Path(name), Path(name) / "qunluo.sqlite3"
        monkeypatch.setenv("QUNLUO_DATA_DIR", name)
        file.touch()
        for folder_mode, file_mode, warned in (
            (0o755, 0o644, True), (0o711, 0o644, True), (0o750, 0o644, False),
            (0o755, 0o640, False),
        ):  # fmt: skip
            folder.chmod(folder_mode)
            file.chmod(file_mode)
            for url in ("", f"sqlite:///{file}"):
                monkeypatch.setenv("QUNLUO_DATABASE_URL", url)
                warn_of_doubtful()
                told = capsys.readouterr().err
                assert told.startswith(said) == warned, (folder_mode, file_mode)
                assert (str(folder) in told) == warned
        assert not refuse_unsafe()
        monkeypatch.setenv("QUNLUO_DATABASE_URL", "postgres://db/qunluo")
        assert env.doubtful() == []


ASK = """
import json, django
from django.conf import settings as s
# Nothing was collected here, and nothing of it is asked for.
s.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
from django.test import Client
https = {"x-forwarded-proto": "https"}
near, far = Client(headers=https), Client(headers=https)
def heads(answer): return {"status": answer.status_code, **answer.headers}
plain = Client().get("/robots.txt", headers={"host": "farm.example"})
safe = near.get("/robots.txt", headers={"host": "farm.example"})
evil = far.get("/robots.txt", headers={"host": "evil.example"})
forwarded = far.get("/robots.txt", headers={"host": "farm.example",
                                            "x-forwarded-host": "evil.example"})
print(json.dumps({
    "plain": heads(plain), "safe": heads(safe), "evil": evil.status_code,
    "forwarded": forwarded.text,
    "session": [s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE],
    "csrf": [s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_SAMESITE, s.CSRF_TRUSTED_ORIGINS],
    "debug": s.DEBUG, "insecure passkeys": s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN,
}))
"""


def served(tmp_path, **other):
    """What an installation with these settings answers, asked in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUNLUO_")}
    given = {f"QUNLUO_{name}": value for name, value in {**SAFE, **other}.items()}
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=False, timeout=60,
        env={**kept, **given, "QUNLUO_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT),
             "DJANGO_SETTINGS_MODULE": "qunluo.settings"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.req("O02")
def test_behind_a_proxy_browsers_are_held_to_encryption_and_to_our_name(tmp_path):
    said = served(tmp_path, BEHIND_PROXY="1")
    assert said["safe"]["status"] == 200
    assert said["safe"]["Strict-Transport-Security"] == f"max-age={YEAR}"
    assert said["safe"]["X-Content-Type-Options"] == "nosniff"
    assert said["safe"]["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert said["safe"]["X-Frame-Options"] == "DENY"
    assert said["safe"]["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in said["plain"]
    assert said["evil"] == 400
    assert "evil.example" not in said["forwarded"]
    assert said["session"] == [True, True, "Lax"]
    assert said["csrf"] == [True, "Lax", [f"https://{HOST}"]]
    assert said["debug"] is said["insecure passkeys"] is False


def test_without_a_proxy_an_unencrypted_request_is_sent_to_the_encrypted_address(tmp_path):
    said = served(tmp_path)["plain"]
    assert said["status"] == 301
    assert said["Location"] == f"https://{HOST}/robots.txt"
