"""The command line: found by itself, in both languages, with honest exit statuses."""

import os
import subprocess
import sys

import pytest
from django.core import mail

from qunluo.cli import console
from qunluo.cli import main as command_line
from qunluo.cli.commands import check, demo, migrate
from qunluo.environment import env

EXPECTED = {
    "live",
    "serve",
    "web",
    "worker",
    "migrate",
    "demo",
    "import",
    "export",
    "token",
    "check",
}
STRONG = "Zk3" * 5 + "0123456789abcdefghijklmnopqrstuvwxyz-QUNLUO"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def qunluo(*words, **surroundings):
    return subprocess.run(
        [sys.executable, "-m", "qunluo", *words],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_every_promised_command_is_there_and_says_what_it_does():
    assert set(command_line.known()) >= EXPECTED
    assert all(command_line.purpose(path) for path in command_line.known().values())


def test_the_list_of_commands_is_there_in_chinese(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert command_line.main([]) == 0
    assert "适合单台机器" in capsys.readouterr().out


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    assert command_line.main(["dance"]) == command_line.USAGE
    said = capsys.readouterr().err
    assert "“dance”" in said
    assert "qunluo serve" in said


@pytest.mark.django_db
def test_a_refusal_is_one_sentence_with_a_next_step_and_status_2(capsys):
    status = command_line.main(["token", "nobody@example.org", "--scope", "read"])
    assert status == command_line.REFUSED
    said = capsys.readouterr().err
    assert "Nobody here has the e-mail address nobody@example.org." in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("SECRET_KEY", "", "QUNLUO_SECRET_KEY is empty"),
        ("SECRET_KEY", "short", "can be guessed"),
        ("SECRET_KEY", "demo-" + STRONG, "can be guessed"),
        ("SECRET_KEY", "a" * 80, "can be guessed"),
        ("DEBUG", "1", "QUNLUO_DEBUG"),
        ("NO_RATE_LIMITS", "1", "QUNLUO_NO_RATE_LIMITS"),
        ("SITE_URL", "http://testserver", "not encrypted"),
        ("ALLOWED_HOSTS", "*", "accepts any name"),
        ("ALLOWED_HOSTS", "elsewhere.example", "lacks testserver"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_production_does_not_start_with_what_endangers_people(
    command, setting, value, said, monkeypatch, capsys
):
    monkeypatch.setenv("QUNLUO_ENV", "production")
    monkeypatch.setenv("QUNLUO_SECRET_KEY", STRONG)
    monkeypatch.setenv("QUNLUO_SITE_URL", "https://testserver")
    assert env.unsafe() == []
    monkeypatch.setenv(f"QUNLUO_{setting}", value)
    assert command_line.main([command]) != 0
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert said in told[0]


def test_no_other_server_starts_it_either():
    done = subprocess.run(
        [sys.executable, "-c", "import qunluo.wsgi"],
        env={
            **os.environ,
            "QUNLUO_ENV": "production",
            "QUNLUO_SECRET_KEY": "demo-key",
            "QUNLUO_SITE_URL": "https://testserver",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 78
    assert "QUNLUO_SECRET_KEY can be guessed" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_keeps_away_from_production(tmp_path):
    done = qunluo(
        "demo", QUNLUO_ENV="production", QUNLUO_SECRET_KEY=STRONG, QUNLUO_DATA_DIR=str(tmp_path)
    )
    assert done.returncode == command_line.REFUSED
    assert "production" in done.stderr


def test_a_database_that_was_never_migrated_gets_one_sentence(tmp_path):
    done = qunluo(
        "token", "a@example.org", "--scope", "read",
        QUNLUO_DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3",
    )  # fmt: skip
    assert done.returncode == command_line.FAILED
    assert done.stderr.strip() == "The database is not up to date: run `qunluo migrate` first."


def test_an_unreachable_database_gets_one_sentence():
    done = qunluo(
        "token", "a@example.org", "--scope", "read",
        QUNLUO_DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing",
    )  # fmt: skip
    assert done.returncode == command_line.FAILED
    assert "The database cannot be used" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_check_names_what_is_unfit_and_what_to_do(tmp_path):
    done = qunluo("check", QUNLUO_ENV="production", QUNLUO_SECRET_KEY="demo-1",
                  QUNLUO_DATA_DIR=str(tmp_path), QUNLUO_DATABASE_URL="",
                  QUNLUO_SITE_URL="http://example.org", QUNLUO_EMAIL_URL="console:")  # fmt: skip
    assert done.returncode == 1
    for fault in ("can be guessed", "not encrypted", "lacks example.org",
                  "No mail server", "migrations", "static files", "No backup"):  # fmt: skip
        assert fault in done.stdout
    lines = done.stdout.splitlines()
    faults = [i for i, line in enumerate(lines) if line.startswith("✗")]
    assert all(lines[i + 1].strip().startswith("→") for i in faults)


@pytest.mark.django_db
def test_check_looks_at_the_database_and_the_worker(capsys):
    check.run(None)
    said = capsys.readouterr().out
    assert "is up to date" in said
    assert "No worker is alive" in said


@pytest.mark.django_db
def test_nothing_is_pending_after_migrating():
    assert migrate.pending() == 0


def test_progress_is_calm_where_nobody_watches(capsys):
    with console.Progress("Working") as progress:
        for i in range(1000):
            progress(i, 1000)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert said[-1].startswith("✓ Working")


def test_the_letters_of_the_demo_go_nowhere_and_later_ones_as_ever(settings):
    usual = settings.EMAIL_BACKEND
    with demo.no_post():
        assert mail.get_connection().__class__.__module__.endswith("dummy")
    assert usual == settings.EMAIL_BACKEND
