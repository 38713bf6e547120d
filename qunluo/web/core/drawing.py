"""Pictures as PNG: app icons and the cards that messengers show for a link."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from qunluo.kernel import media
from qunluo.web.core import emblem, theme

SCALE = 4  # drawn larger and scaled down, for smooth edges
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
MARK = ((0.43, 0.45, 0.105), (0.605, 0.42, 0.06), (0.585, 0.585, 0.082), (0.42, 0.62, 0.045))
BOLD = tuple(path.replace("Regular", "Bold") for path in FONTS if "NotoSansCJK-Regular" in path)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> Font:
    """Return a system font that knows Chinese when there is one; sizes in pixels."""
    for path in (*BOLD, *FONTS) if bold else FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size, index=2 if "NotoSansCJK" in path else 0)
    return ImageFont.load_default(size)


@lru_cache(maxsize=8)
def _missing(size: int) -> bytes:
    return bytes(font(size).getmask("\U0010fffd"))


def writable(text: str) -> bool:
    """Tell whether the fonts of this machine can write the text (emoji and Chinese may lack)."""
    return all(bytes(font(40).getmask(c)) != _missing(40) for c in text if not c.isspace())


def curve(points: emblem.Points, steps: int = 10) -> emblem.Points:
    """Return the smooth closed line through the points as short straight stretches."""
    drawn, start = [], points[0]
    for one, two, end in emblem.bends(points):
        for i in range(steps):
            t = i / steps
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            corners = (start, one, two, end)
            x = sum(w * corner[0] for w, corner in zip(weights, corners, strict=True))
            y = sum(w * corner[1] for w, corner in zip(weights, corners, strict=True))
            drawn.append((x, y))
        start = end
    return [*drawn, drawn[0]]


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.convert("RGB").quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


def _mix(one: str, other: str, share: float) -> str:
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=64)
def icon(size: int) -> bytes:
    """Return the app icon of the installation; the drawing stays inside the maskable circle."""
    side = size * SCALE
    image = Image.new("RGB", (side, side), theme.DEFAULT)
    draw = ImageDraw.Draw(image)
    line = curve(
        emblem.ring_points(emblem.seed_of("群落"), side * 0.33, 0.05, (side / 2, side / 2))
    )
    draw.line(line, fill="#f8f5ee", width=max(1, round(side * 0.022)), joint="curve")
    for x, y, reach in MARK:
        draw.ellipse(
            [side * (x - reach), side * (y - reach), side * (x + reach), side * (y + reach)],
            fill="#f8f5ee",
        )
    return _png(image.resize((size, size), Image.Resampling.LANCZOS))


@lru_cache(maxsize=128)
def community_icon(name: str, symbol: str, colour: str, size: int) -> bytes:
    """Return a community's app icon: its picture, or its sign in its ring on its colour."""
    if "/" in symbol:
        with media.open(symbol) as kept:
            picture = Image.open(kept).convert("RGB")
        return _png(picture.resize((size, size), Image.Resampling.LANCZOS))
    fill, text = _fill(colour)
    side = size * SCALE
    image = Image.new("RGB", (side, side), fill)
    draw = ImageDraw.Draw(image)
    line = curve(emblem.ring_points(emblem.seed_of(name), side * 0.36, 0.06, (side / 2, side / 2)))
    draw.line(line, fill=_mix(fill, text, 0.45), width=max(1, side // 60), joint="curve")
    sign = emblem.glyph(symbol, name)
    if not writable(sign):
        sign = emblem.glyph("", name)
    if writable(sign):
        points = round(side * (0.42 if len(sign) == 1 else 0.3))
        draw.text((side / 2, side / 2), sign, fill=text, font=font(points, bold=True), anchor="mm")
    return _png(image.resize((size, size), Image.Resampling.LANCZOS))


def _fill(colour: str) -> tuple[str, str]:
    told = theme.tokens(colour, theme.LIGHT)
    return told["brand"], told["on-brand"]


def lines_of(text: str, points: int, width: int, most: int) -> list[str]:
    """Break a text into lines of at most `width` pixels; the last one ends with … when cut."""
    face = font(points)
    lines, line = [], ""
    for word in _pieces(text):
        if line and face.getlength(line + word) > width:
            lines.append(line.strip())
            line = ""
        line += word
    lines.append(line.strip())
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip("，。,. ") + "…"]
    return lines


def _pieces(text: str) -> list[str]:
    """Cut where a line may end: after spaces and Chinese characters, not before punctuation."""
    pieces: list[str] = []
    for c in text:
        joins = pieces and (
            c in "，。、；：？！”’）》,.;:?!)… "
            or (not _wide(c) and not _wide(pieces[-1][-1]) and not pieces[-1].endswith(" "))
        )
        if joins:
            pieces[-1] += c
        else:
            pieces.append(c)
    return pieces


def _wide(c: str) -> bool:
    return "\u2e80" <= c <= "\uffef"


@lru_cache(maxsize=32)
def card(name: str, symbol: str, colour: str, sentence: str, link: str, foot: str) -> bytes:
    """Return the share card (1200 × 630): who, one sentence, and a QR code of the link."""
    fill, text = _fill(colour)
    width, height = 1200, 630
    image = Image.new("RGB", (width * 2, height * 2), fill)
    draw = ImageDraw.Draw(image)
    soft = _mix(fill, text, 0.16)
    seed = emblem.seed_of(name)
    for i in range(11):
        around = emblem.ring_points(seed, 120 + 150 * i, 0.1 + 0.018 * i, (1900, 300))
        draw.line(curve(around), fill=soft, width=4, joint="curve")
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(image)
    seal = Image.open(BytesIO(community_icon(name, symbol, colour, 132))).convert("RGB")
    mask = Image.new("L", (132 * SCALE, 132 * SCALE), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, 132 * SCALE, 132 * SCALE], 36 * SCALE, fill=255)
    image.paste(seal, (72, 72), mask.resize((132, 132), Image.Resampling.LANCZOS))
    points = 76 if len(lines_of(name, 76, 820, 9)) == 1 else 60
    y = 252
    for line in lines_of(name, points, 820, 2):
        draw.text((72, y), line, fill=text, font=font(points, bold=True))
        y += round(points * 1.25)
    y += 18
    for line in lines_of(sentence, 34, 780, 3):
        draw.text((72, y), line, fill=text, font=font(34))
        y += 52
    _qr(image, link, (width - 72 - 208, height - 72 - 208), 208, fill)
    draw.text((72, height - 72), foot, fill=text, font=font(24), anchor="ls")
    return _png(image)


def _qr(image: Image.Image, link: str, at: tuple[int, int], side: int, fill: str) -> None:
    """Paste a QR code on a white field, so that any phone reads it whatever the brand colour."""
    out = BytesIO()
    segno.make(link, error="m").save(out, kind="png", scale=8, border=3, dark="#000", light="#fff")
    code = Image.open(out).convert("L").resize((side, side), Image.Resampling.LANCZOS)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, side - 1, side - 1], 16, fill=255)
    image.paste(code.convert("RGB"), at, mask)
