"""The picture of a thread that anybody may read: to send, print and scan."""

from functools import lru_cache

from PIL import ImageDraw

from qunluo.web.core import drawing
from qunluo.web.core.paper import CODE, HEIGHT, INK, MARGIN, SOFT, WIDTH, as_png, foot_of, sheet


@lru_cache(maxsize=64)
def thread_card(
    community: tuple[str, str, str], kind: str, title: str, words: str, names: str, link: str,
    hint: str,
) -> bytes:  # fmt: skip
    """Return the picture (1080 × 1440): words on paper, who said them, and the code to scan.

    `community` is its name, symbol and colour.
    """
    name, symbol, colour = community
    image, fill = sheet(name, colour)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 96), kind, fill=fill, font=drawing.font(36, bold=True))
    y = 96 + 84
    if title:
        for line in drawing.lines_of(title, 64, WIDTH - 2 * MARGIN, 3):
            draw.text((MARGIN, y), line, fill=INK, font=drawing.font(64, bold=True))
            y += 88
        y += 24
    foot = HEIGHT - MARGIN - CODE
    points = 44 if title or len(words) > 140 else 60 if len(words) > 60 else 84
    room = foot - 72 - y - (64 if names else 0)
    for line in drawing.lines_of(
        words, points, WIDTH - 2 * MARGIN, max(1, room // (points * 7 // 4))
    ):
        draw.text((MARGIN, y), line, fill=INK if not title else SOFT, font=drawing.font(points))
        y += points * 7 // 4
    if names:
        draw.text((MARGIN, y + 20), names, fill=SOFT, font=drawing.font(36))
    foot_of(image, community, link, hint, foot)
    return as_png(image)
