"""What is told about production is true: settings, commands and files exist; backups come back."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.db import connection

from qunluo.cli import main as command_line
from qunluo.environment import SETTINGS

ROOT = Path(__file__).parents[2]
PAPERS = sorted(
    path
    for pattern in ("*.md", "docs/how-to/*.md", "docs/tutorial/*.md", "deploy/**/*")
    for path in ROOT.glob(pattern)
    if path.is_file()
)
# Told between processes of ours, not set by people.
INTERNAL = {"QUNLUO_PARENT"}


@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_paper_names_only_what_exists(path):
    text = path.read_text()
    settings = set(re.findall(r"\bQUNLUO_[A-Z_]*[A-Z]\b", text)) - INTERNAL
    assert settings <= {f"QUNLUO_{name}" for name in SETTINGS}
    commands = set(re.findall(r"(?:`|bin/|exec \w+ |command: )qunluo ([a-z]+)", text))
    assert commands <= command_line.known().keys()
    if path.suffix == ".md":
        links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_compose_file_starts_what_an_installation_needs():
    services = yaml.safe_load((ROOT / "deploy/compose.yml").read_text())["services"]
    assert {"db", "migrate", "web", "worker", "live", "proxy"} == services.keys()
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_scripts_are_sound_shell():
    for script in [*(ROOT / "deploy").glob("*.sh"), ROOT / ".ci/run"]:
        assert os.access(script, os.X_OK), script.name
        subprocess.run(["sh", "-n", script], check=True)


def run(script, *words, **surroundings):
    return subprocess.run(
        [ROOT / "deploy" / script, *words],
        env={**os.environ, "PYTHON": sys.executable, **surroundings},
        capture_output=True,
        text=True,
    )


def test_a_backup_comes_back_with_files_and_all(tmp_path):
    data, backups = tmp_path / "data", tmp_path / "backups"
    (data / "media").mkdir(parents=True)
    (data / "media" / "face.webp").write_bytes(b"a face")
    where = {"QUNLUO_DATA_DIR": str(data), "QUNLUO_DATABASE_URL": ""}
    live = sqlite3.connect(data / "qunluo.sqlite3")
    live.execute("PRAGMA journal_mode=WAL")
    live.execute("CREATE TABLE person (name TEXT)")
    live.execute("INSERT INTO person VALUES ('小满')")
    live.commit()

    # While the site is open, as every night.
    done = run("backup.sh", backups, **where)
    assert done.returncode == 0, done.stderr
    assert (data / "last-backup").exists()
    (kept,) = backups.iterdir()
    live.execute("DELETE FROM person")
    live.commit()
    live.close()
    (data / "media" / "face.webp").unlink()

    done = run("restore.sh", kept, **where)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(data / "qunluo.sqlite3") as again:
        assert again.execute("SELECT name FROM person").fetchall() == [("小满",)]
    assert (data / "media" / "face.webp").read_bytes() == b"a face"


def test_a_backup_of_nothing_fails_and_leaves_nothing(tmp_path):
    done = run("backup.sh", tmp_path / "backups", QUNLUO_DATA_DIR=str(tmp_path / "nowhere"),
               QUNLUO_DATABASE_URL="")  # fmt: skip
    assert done.returncode != 0
    assert "There is no database" in done.stderr
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has its own test above")
def test_a_backup_of_postgresql_comes_back(tmp_path):
    told = connection.settings_dict
    url = f"postgres://{told['USER']}@{told['HOST'].replace('/', '%2F')}/{told['NAME']}"
    where = {"QUNLUO_DATA_DIR": str(tmp_path), "QUNLUO_DATABASE_URL": url}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE backup_probe AS SELECT '小满' AS name")
        done = run("backup.sh", tmp_path / "backups", **where)
        assert done.returncode == 0, done.stderr
        cursor.execute("UPDATE backup_probe SET name = ''")
    connection.close()
    (kept,) = (tmp_path / "backups").iterdir()
    done = run("restore.sh", kept, **where)
    assert done.returncode == 0, done.stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM backup_probe")
        assert cursor.fetchall() == [("小满",)]
        cursor.execute("DROP TABLE backup_probe")
