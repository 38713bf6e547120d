"""The poster of an invitation: a picture to send, print and scan."""

from functools import lru_cache
from io import BytesIO

import segno
from PIL import Image, ImageDraw

from qunluo.web.core import drawing, emblem, theme

WIDTH, HEIGHT, MARGIN = 1080, 1440, 88
CODE = 360


def qr(link: str, kind: str) -> bytes:
    """Return the QR code of a link as svg or png."""
    out = BytesIO()
    code = segno.make(link, error="m", micro=False)
    if kind == "svg":
        code.save(out, kind="svg", scale=8, border=3, xmldecl=False, dark="#000", light="#fff")
    else:
        code.save(out, kind="png", scale=16, border=3, dark="#000", light="#fff")
    return out.getvalue()


@lru_cache(maxsize=32)
def poster(
    name: str, symbol: str, colour: str, sentence: str, said: str, link: str, hint: str
) -> bytes:
    """Return the poster (1080 × 1440): the community, who says what, and the code to scan."""
    shades = theme.tokens(colour, theme.LIGHT)
    fill, ink = shades["brand"], shades["on-brand"]
    image = _rings(name, fill, ink)
    draw = ImageDraw.Draw(image)
    _seal(image, name, symbol, colour)
    points = 104 if len(drawing.lines_of(name, 104, WIDTH - 2 * MARGIN, 9)) == 1 else 80
    y = _write(draw, drawing.lines_of(name, points, WIDTH - 2 * MARGIN, 2), points, 330, ink)
    y = _write(draw, drawing.lines_of(sentence, 52, WIDTH - 2 * MARGIN, 4), 52, y + 32, ink)
    foot = HEIGHT - MARGIN - CODE
    draw.line(
        [(MARGIN, foot - 56), (WIDTH - MARGIN, foot - 56)], fill=_blend(fill, ink, 0.4), width=2
    )
    _code(image, link, (WIDTH - MARGIN - CODE, foot))
    room = WIDTH - 2 * MARGIN - CODE - 56
    lines = drawing.lines_of(said, 40, room, 5)
    _write(draw, lines, 40, foot, ink)
    draw.text((MARGIN, HEIGHT - MARGIN), hint, fill=ink, font=drawing.font(30), anchor="ls")
    out = BytesIO()
    image.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


def _rings(name: str, fill: str, ink: str) -> Image.Image:
    """Return the ground: the growth rings of the community's emblem, in its colour."""
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), fill)
    draw = ImageDraw.Draw(image)
    soft, seed = _blend(fill, ink, 0.14), emblem.seed_of(name)
    for i in range(12):
        around = emblem.ring_points(seed, 140 + 165 * i, 0.1 + 0.018 * i, (1750, 420))
        draw.line(drawing.curve(around), fill=soft, width=4, joint="curve")
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _seal(image: Image.Image, name: str, symbol: str, colour: str) -> None:
    side, scale = 168, 4
    seal = Image.open(BytesIO(drawing.community_icon(name, symbol, colour, side))).convert("RGB")
    mask = Image.new("L", (side * scale, side * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, side * scale, side * scale], 45 * scale, fill=255)
    image.paste(seal, (MARGIN, MARGIN), mask.resize((side, side), Image.Resampling.LANCZOS))


def _write(draw: ImageDraw.ImageDraw, lines: list[str], points: int, y: int, ink: str) -> int:
    for line in lines:
        draw.text((MARGIN, y), line, fill=ink, font=drawing.font(points))
        y += round(points * 1.4)
    return y


def _code(image: Image.Image, link: str, at: tuple[int, int]) -> None:
    """Paste the code on white, so that any phone reads it whatever the brand colour is."""
    code = Image.open(BytesIO(qr(link, "png"))).convert("L")
    code = code.resize((CODE, CODE), Image.Resampling.LANCZOS)
    mask = Image.new("L", (CODE, CODE), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, CODE - 1, CODE - 1], 24, fill=255)
    image.paste(code.convert("RGB"), at, mask)


def _blend(one: str, other: str, share: float) -> str:
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
