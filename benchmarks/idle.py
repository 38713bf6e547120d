"""What `qunluo serve` costs while nothing happens, and how soon it answers."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil

from benchmarks.row import Row

SETTLING = 5.0


def run(database_url: str) -> list[Row]:
    """Start the web and the worker as people do; weigh all their processes."""
    subprocess.run([sys.executable, "-m", "qunluo", "migrate"], check=True, capture_output=True)
    address = free_address()
    web = median_start(address)
    server = start("serve", address)
    try:
        answered(address, server)
        time.sleep(SETTLING)
        weight = weigh(server)
    finally:
        stop(server)
    return [
        Row("qunluo web: from start to the first answer", web, "s", 4),
        Row("qunluo serve, idle: memory of all processes (PSS)", weight, "MB", 300),
    ]


def free_address() -> str:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def start(command: str, address: str) -> "subprocess.Popen[bytes]":
    """Start a command of ours, silently."""
    return subprocess.Popen(
        [sys.executable, "-m", "qunluo", command, "--listen", address],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "QUNLUO_ALLOWED_HOSTS": "127.0.0.1"},
    )


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End it and wait."""
    server.terminate()
    server.wait(30)


def answered(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Return when the first page was answered."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/", timeout=20).read()
        except urllib.error.URLError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the server ended before it answered")


def median_start(address: str) -> float:
    """Seconds to the first answer, the middle of three; the first run may compile."""
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        server = start("web", address)
        try:
            answered(address, server)
            seconds.append(time.monotonic() - began)
        finally:
            stop(server)
    return sorted(seconds)[1]


def weigh(server: "subprocess.Popen[bytes]") -> float:
    """Megabytes of a process and all that it started, shared pages counted once."""
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    return float(sum(process.memory_full_info().pss for process in family)) / 2**20
