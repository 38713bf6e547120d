"""Prepare the environment, then run in it: bootstrap.py setup|demo|demo-reset|run|script …

Only the standard library, and only syntax that Python 3.6 reads: an old Python is told what to
do in one sentence instead of a traceback.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "qunluo-lock.json"
NEEDED = (3, 11)
ROOM_NEEDED_MB = 700
CHINESE = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").lower().startswith("zh")


class Refusal(Exception):
    """Preparation cannot go on; the text is the one sentence that says why and what to do."""

    def __init__(self, english, chinese):
        super().__init__(chinese if CHINESE else english)


def tell(english, chinese):
    """Print a line in the language of the terminal."""
    sys.stdout.write((chinese if CHINESE else english) + "\n")
    sys.stdout.flush()


class Step:
    """A piece of work on one line: a live bar on a terminal, a calm line elsewhere."""

    def __init__(self, english, chinese):
        self.title = chinese if CHINESE else english
        self.live = sys.stdout.isatty()
        self.began = self.spoken = time.monotonic()

    def __enter__(self):
        sys.stdout.write("· {} …{}".format(self.title, "" if self.live else "\n"))
        sys.stdout.flush()
        return self

    def progress(self, done, total, note=""):
        """Show how far it is."""
        share = min(1.0, done / max(total, 1))
        elapsed = time.monotonic() - self.began
        if self.live:
            bar = "█" * int(24 * share) + "░" * (24 - int(24 * share))
            line = "· {} {} {}/{} {:4.0f} s  {}".format(
                self.title, bar, min(done, total), total, elapsed, note
            )
            width = shutil.get_terminal_size((100, 20)).columns
            sys.stdout.write("\r\033[K" + line[: width - 1])
            sys.stdout.flush()
        elif time.monotonic() - self.spoken > 10:
            self.spoken = time.monotonic()
            tell(
                "    {} of {}, {:.0f} s".format(min(done, total), total, elapsed),
                "    {}/{}，{:.0f} 秒".format(min(done, total), total, elapsed),
            )

    def __exit__(self, kind, *_):
        if kind is None:
            start = "\r\033[K" if self.live else ""
            elapsed = time.monotonic() - self.began
            sys.stdout.write("{}✓ {}  {:.1f} s\n".format(start, self.title, elapsed))
        elif self.live:
            sys.stdout.write("\n")
        sys.stdout.flush()


def version_of(python):
    """Return (major, minor) of an interpreter, or None when it does not run."""
    try:
        said = subprocess.check_output(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stderr=subprocess.DEVNULL,
        )
        return tuple(int(part) for part in said.decode().strip().split("."))
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def use_a_new_enough_python():
    """Go on in a newer Python of this machine when the one that started us is too old."""
    if sys.version_info >= NEEDED:
        return
    for minor in (13, 12, 11, 14):
        found = shutil.which("python3.{}".format(minor))
        if found and (version_of(found) or (0, 0)) >= NEEDED:
            os.execv(found, [found] + sys.argv)
    here = "{}.{}".format(*sys.version_info[:2])
    raise Refusal(
        "Qunluo needs Python 3.11 or newer and found only {} here: install python3.11 (or newer), "
        "then run the same command again.".format(here),
        "群落需要 Python 3.11 或更新的版本，这里只找到 {}：请先安装 python3.11 或更新版本，"
        "再运行同一条命令。".format(here),
    )


def check_room():
    """Refuse before anything is half done when the disk is nearly full."""
    free = shutil.disk_usage(str(ROOT)).free // 2**20
    if free < ROOM_NEEDED_MB:
        raise full_disk(free)


def full_disk(free_mb):
    """The sentence for a disk without room."""
    return Refusal(
        "The disk is full: {} MB are free at {}, about {} MB are needed; make room and run the "
        "same command again.".format(free_mb, ROOT, ROOM_NEEDED_MB),
        "磁盘空间不足：{1} 只剩 {0} MB，大约需要 {2} MB；请腾出空间后再运行同一条命令。".format(
            free_mb, ROOT, ROOM_NEEDED_MB
        ),
    )


def lock_file(kind):
    """The locked dependencies of `runtime` or `test`."""
    return ROOT / "requirements" / "{}.txt".format(kind)


def digest(kind):
    """Identify the locked dependencies, so that they are installed once."""
    return hashlib.sha256(lock_file(kind).read_bytes()).hexdigest()


def stamped():
    """Return what is installed already: kind -> digest."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def create_environment():
    """Make .venv with this Python, anew when the old one is broken or too old."""
    if (version_of(str(PYTHON)) or (0, 0)) >= NEEDED and (VENV / "bin" / "pip").exists():
        return
    check_room()
    with Step("Creating the environment .venv", "创建运行环境 .venv"):
        if VENV.exists():
            shutil.rmtree(str(VENV))
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if made.returncode:
            shutil.rmtree(str(VENV), ignore_errors=True)
            raise why_no_venv(made.stdout.decode(errors="replace"))


def why_no_venv(output):
    """Say in one sentence why the environment could not be created."""
    if "No space left" in output:
        return full_disk(shutil.disk_usage(str(ROOT)).free // 2**20)
    if "ensurepip" in output or "No module named venv" in output:
        name = "python{}.{}-venv".format(*sys.version_info[:2])
        return Refusal(
            "This Python lacks its venv module: install the package {} (Debian and Ubuntu: "
            "apt install {}), then run the same command again.".format(name, name),
            "这个 Python 缺少 venv 模块：请安装软件包 {}（Debian、Ubuntu：apt install {}），"
            "再运行同一条命令。".format(name, name),
        )
    last = (output.strip().splitlines() or ["?"])[-1]
    return Refusal(
        "The environment .venv could not be created: {}".format(last),
        "无法创建运行环境 .venv：{}".format(last),
    )


def install(kind):
    """Install the locked dependencies when they are not the ones installed last."""
    installed, wanted = stamped(), digest(kind)
    if installed.get(kind) == wanted:
        return
    check_room()
    text = lock_file(kind).read_text()
    total = len(re.findall(r"^[A-Za-z0-9][^ ]*==", text, re.M))
    with Step("Installing the locked dependencies", "安装锁定版本的依赖") as step:
        pip = subprocess.Popen(
            [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
             "--no-deps", "--require-hashes", "--prefer-binary", "--no-compile",
             "--progress-bar", "off", "--retries", "2", "-r", str(lock_file(kind))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, PYTHONUNBUFFERED="1"),
        )  # fmt: skip
        output = follow(pip, step, total)
        if pip.returncode:
            raise why_not_installed(output)
        # On every core at once; pip would do it on one, for half of the time of an installation.
        subprocess.run(
            [str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(site_packages())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    installed[kind] = wanted
    if kind == "test":
        # The test lock holds every runtime dependency at the same version.
        installed["runtime"] = digest("runtime")
    STAMP.write_text(json.dumps(installed))


def follow(pip, step, total):
    """Show pip's way through the list; return what it said."""
    output, seen = [], 0
    try:
        for raw in iter(pip.stdout.readline, b""):
            line = raw.decode(errors="replace").rstrip()
            output.append(line)
            if line.startswith(("Collecting", "Requirement already", "Ignoring")):
                seen += 1
                name = re.split(r"[ =<>~!;]", line.split(": ")[-1].replace("Collecting ", ""))[0]
                step.progress(seen, total + 1, name)
            elif line.startswith("Installing collected"):
                step.progress(total, total + 1, "…")
    except KeyboardInterrupt:
        pip.terminate()
        pip.wait()
        raise
    pip.wait()
    return "\n".join(output)


def why_not_installed(output):
    """Turn pip's report into one sentence with the way out."""
    if "No space left on device" in output:
        return full_disk(shutil.disk_usage(str(ROOT)).free // 2**20)
    build = re.search(
        r"Failed (?:building wheel for|to build) '?([\w.-]+)|(error: command .*? failed)"
        r"|(metadata-generation-failed|subprocess-exited-with-error)",
        output,
    )
    if build:
        what = build.group(1) or "a dependency"
        return Refusal(
            "There is no ready-made build of {} for this machine and no compiler that could make "
            "one: install a C compiler, Rust and the Python headers (Debian and Ubuntu: apt "
            "install build-essential cargo python3-dev), then run the same command "
            "again.".format(what),
            "{} 没有适合这台机器的现成版本，也没有编译器可以现场编译：请安装 C 编译器、Rust 和 "
            "Python 头文件（Debian、Ubuntu：apt install build-essential cargo python3-dev），"
            "再运行同一条命令。".format(what),
        )
    if "DO NOT MATCH THE HASHES" in output:
        return Refusal(
            "A downloaded package is not the one that was locked, so nothing was installed: try "
            "again, and distrust the package index if it happens twice.",
            "下载到的软件包与锁定的不一致，因此没有安装：请重试；如果再次出现，请怀疑软件源。",
        )
    if re.search(r"NewConnectionError|Temporary failure|ConnectTimeout|ProxyError|Max retries"
                 r"|Network is unreachable|Could not find a version|No matching dist"
                 r"|ReadTimeoutError|SSLError|HTTP error", output):  # fmt: skip
        return Refusal(
            "The package index cannot be reached or lacks a package: check the network (or the "
            "index that pip is configured for) and run the same command again, it goes on where "
            "it stopped.",
            "无法访问软件源，或软件源缺少某个软件包：请检查网络（或 pip 配置的软件源）后"
            "再运行同一条命令，会从停下的地方继续。",
        )
    lines = [line for line in output.splitlines() if line.strip()] or ["?"]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    return Refusal(
        "The dependencies could not be installed: {}".format(errors[-1]),
        "依赖安装失败：{}".format(errors[-1]),
    )


def site_packages():
    """The folder of the environment that packages are installed into."""
    (site,) = VENV.glob("lib/python3.*/site-packages")
    return site


def link():
    """Put the project itself into the environment, as an editable installation would."""
    pointer, command = site_packages() / "qunluo.pth", VENV / "bin" / "qunluo"
    if not pointer.exists() or pointer.read_text().strip() != str(ROOT):
        pointer.write_text("{}\n".format(ROOT))
    script = (
        "#!{}\nimport sys\n\nfrom qunluo.cli.main import main\n\n"
        'if __name__ == "__main__":\n    sys.exit(main())\n'.format(PYTHON)
    )
    if not command.exists() or command.read_text() != script:
        command.write_text(script)
        command.chmod(0o755)


def setup(kind="runtime"):
    """Bring .venv to what the lock says; quick when it already is."""
    guard = open(str(ROOT / ".venv.lock"), "w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        tell(
            "Another command is preparing the environment; waiting …",
            "另一条命令正在准备环境，稍候……",
        )
        fcntl.flock(guard, fcntl.LOCK_EX)
    try:
        create_environment()
        install(kind)
        link()
    finally:
        guard.close()


def check_port(port):
    """Refuse early when somebody else listens on the port."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        raise Refusal(
            "Port {} is taken by another program (perhaps a demo that still runs): stop it, or "
            "choose another port with PORT={} make demo.".format(port, port + 1),
            "端口 {} 已被其他程序占用（也许是还在运行的演示）：请先停止它，"
            "或换一个端口：PORT={} make demo。".format(port, port + 1),
        ) from None
    finally:
        probe.close()


def run(*command):
    """Become a command of the environment, so that signals reach it directly."""
    sys.stdout.flush()
    os.chdir(str(ROOT))
    os.execv(str(PYTHON), [str(PYTHON)] + list(command))


def demo(*options):
    """Prepare, fill and serve the demo."""
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        raise Refusal("PORT must be a number.", "PORT 必须是一个数字。") from None
    check_port(port)
    setup()
    run("-m", "qunluo", "demo", "--serve", "--port", str(port), *options)


def main(words):
    """Do what the first word says."""
    verb, rest = (words[0] if words else "setup"), words[1:]
    use_a_new_enough_python()
    if verb == "setup":
        setup(*rest)
        run("-c", "from qunluo.cli.catalogs import compile_stale; compile_stale()")
    elif verb == "demo":
        demo(*rest)
    elif verb == "demo-reset":
        demo("--reset", *rest)
    elif verb == "run":
        setup()
        run(*rest)
    elif verb == "script":
        setup("test")
        run(str(ROOT / "scripts" / rest[0]), *rest[1:])
    else:
        raise Refusal("Unknown word: {}".format(verb), "不认识的命令：{}".format(verb))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refusal as refusal:
        sys.exit("\n{}".format(refusal))
    except KeyboardInterrupt:
        sys.exit("\n停止了。" if CHINESE else "\nStopped.")
    except OSError as failed:
        if failed.errno != errno.ENOSPC:
            raise
        sys.exit("\n{}".format(full_disk(0)))
