"""The two commands on a fresh machine: prepared once, and one clear sentence when it cannot be."""

import ast
import importlib.util
import os
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "bootstrap.py"
Version = namedtuple("Version", "major minor micro")


@pytest.fixture
def bootstrap(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sentence(refusal):
    text = str(refusal)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def test_an_old_python_can_read_it():
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_an_old_python_goes_on_in_a_newer_one_of_the_machine(bootstrap, monkeypatch):
    became = []
    monkeypatch.setattr(bootstrap.sys, "version_info", Version(3, 8, 1))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap, "version_of", lambda path: (3, int(path.rsplit(".")[-1])))
    monkeypatch.setattr(bootstrap.os, "execv", lambda path, words: became.append(path))
    with pytest.raises(bootstrap.Refusal):
        bootstrap.use_a_new_enough_python()
    assert became[0] == "/usr/bin/python3.13"


def test_an_old_python_alone_is_told_what_to_install(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", Version(3, 8, 1))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.Refusal) as refusal:
        bootstrap.use_a_new_enough_python()
    assert "needs Python 3.11 or newer and found only 3.8" in sentence(refusal.value)


def test_a_taken_port_is_named_with_another_one(bootstrap):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(bootstrap.Refusal) as refusal:
            bootstrap.check_port(port)
    assert f"Port {port} is taken" in sentence(refusal.value)
    assert f"PORT={port + 1} make demo" in str(refusal.value)


def test_a_full_disk_is_noticed_before_anything_is_half_done(bootstrap, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: usage(0, 0, 50 * 2**20))
    with pytest.raises(bootstrap.Refusal) as refusal:
        bootstrap.check_room()
    assert "The disk is full: 50 MB are free" in sentence(refusal.value)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: Failed building wheel for psycopg-binary\nerror: command 'gcc' failed",
         "no ready-made build of psycopg-binary for this machine and no compiler"),
        ("error: metadata-generation-failed", "no compiler that could make one"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: Could not find "
         "a version that satisfies the requirement django", "package index cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
         "not the one that was locked"),
        ("something\nERROR: a thing nobody foresaw", "a thing nobody foresaw"),
    ],
)  # fmt: skip
def test_a_failed_installation_is_one_sentence(bootstrap, output, said):
    assert said in sentence(bootstrap.why_not_installed(output))


def test_a_python_without_venv_is_told_the_package(bootstrap):
    text = sentence(bootstrap.why_no_venv("Error: ensurepip is not available"))
    assert f"python{sys.version_info[0]}.{sys.version_info[1]}-venv" in text


def test_it_speaks_chinese_on_a_chinese_terminal():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, SCRIPT, "demo"],
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PORT": port, "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"端口 {port} 已被其他程序占用" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command():
    done = subprocess.run(["make", "-C", ROOT, "-s", "help"], capture_output=True, text=True)
    for target in ("demo", "demo-reset", "test", "check", "bench"):
        assert f"make {target} " in done.stdout
