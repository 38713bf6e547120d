"""Take the pictures of docs/images from a demo of its own: a desktop beside a phone, for each
page in both languages.

The door is seen by who passes, all else by the owner. The farm's community speaks Chinese, the
makers' English; both are filled by `qunluo demo`.
"""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from test import BROWSERS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "images"
PAPER = (233, 225, 212)
EDGE = 16  # px between and around the two pictures
HEIGHT = 812
SIZES = {"desktop": (1180, HEIGHT), "phone": (375, HEIGHT)}
PASSWORD = "qunluo-demo"  # noqa: S105 - of the demo, printed by it
STORIES = {
    "zh": ("zh-CN", "shanhou", "owner@demo.qunluo.test"),
    "en": ("en-US", "offcut", "makers-owner@demo.qunluo.test"),
}
SEEN = """() => Promise.all([...document.images]
  .filter(one => one.getBoundingClientRect().top < innerHeight)
  .map(one => one.decode().catch(() => null)))"""
SECONDS = 300  # until the demo is filled and served


def pages(page: Page, base: str, slug: str) -> dict[str, str]:
    """Name -> address of what is pictured; threads and rooms are found as a reader finds them."""
    talk = f"{base}/c/{slug}/talk/"
    page.goto(talk)
    spaces = page.locator(f"a[href*='/c/{slug}/talk/in/']").evaluate_all(
        "links => links.map(one => one.pathname).filter(one => /\\/in\\/[^/]+\\/$/.test(one))"
    )
    thread, room, composer = "", "", ""
    for href in dict.fromkeys(spaces):
        page.goto(base + href)
        if page.locator("#msgs").count():
            room = room or base + href
        elif not thread:
            found = page.locator("main a[href]").evaluate_all(
                "links => links.map(one => one.pathname)"
                ".filter(one => /\\/talk\\/\\d+\\/$/.test(one))"
            )
            thread = base + found[0] if found else ""
            composer = base + href + "new/"
    page.goto(f"{base}/c/{slug}/campaigns/")
    together = page.locator("main .good-name").last.get_attribute("href")
    return {
        "door": f"{base}/c/{slug}/",
        "home": f"{base}/",
        "thread": thread,
        "chat": room,
        "composer": composer,
        "queue": f"{base}/c/{slug}/desk/queue/",
        "desk": f"{base}/c/{slug}/desk/",
        "shop": f"{base}/c/{slug}/shop/",
        "together": f"{base}{together}",
        "orders": f"{base}/c/{slug}/desk/orders/",
    }


def window(browser: Browser, language: str, size: str) -> Page:
    """A window of that size, of nobody yet."""
    width, height = SIZES[size]
    opened = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, device_scale_factor=1
    )
    return opened.new_page()


def signed_in(page: Page, base: str, email: str) -> Page:
    """The window once somebody has signed in there."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) button[type=submit]")
    page.wait_for_load_state()
    return page


def beside(desktop: bytes, phone: bytes) -> Image.Image:
    """Both pictures on one sheet."""
    shown = [Image.open(io.BytesIO(one)).convert("RGB") for one in (desktop, phone)]
    sheet = Image.new("RGB", (sum(i.width for i in shown) + 3 * EDGE, HEIGHT + 2 * EDGE), PAPER)
    left = EDGE
    for one in shown:
        sheet.paste(one, (left, EDGE))
        left += one.width + EDGE
    return sheet


def take(browser: Browser, base: str) -> None:
    """Write every picture."""
    for short, (language, slug, email) in STORIES.items():
        passing = {s: window(browser, language, s) for s in SIZES}
        windows = {s: signed_in(window(browser, language, s), base, email) for s in SIZES}
        for name, address in pages(windows["desktop"], base, slug).items():
            taken = {}
            for size, page in (passing if name == "door" else windows).items():
                page.goto(address)
                page.wait_for_load_state()
                page.evaluate(SEEN)
                taken[size] = page.screenshot()
            few = beside(taken["desktop"], taken["phone"]).quantize(128)
            few.save(FOLDER / f"{name}-{short}.png", optimize=True)
            print(f"docs/images/{name}-{short}.png")


def wait(base: str, demo: subprocess.Popen[bytes]) -> None:
    """Wait until the demo answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and demo.poll() is None:
        try:
            urllib.request.urlopen(f"{base}/", timeout=5).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    sys.exit("The demo does not answer.")


def main() -> None:
    """Fill a demo, picture it, throw it away."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="qunluo-pictures-") as data:
        surroundings = {**os.environ, "QUNLUO_ENV": "demo", "QUNLUO_DATA_DIR": data}
        command = [sys.executable, "-m", "qunluo", "demo", "--serve", "--port", str(port)]
        demo = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL)
        try:
            base = f"http://127.0.0.1:{port}"
            wait(base, demo)
            found = next(filter(None, map(shutil.which, BROWSERS)), None)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
                take(browser, base)
                browser.close()
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=60)


if __name__ == "__main__":
    main()
