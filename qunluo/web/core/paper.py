"""What the pictures that people send to each other share: paper, whose it is, the code to scan."""

from io import BytesIO

import segno
from PIL import Image, ImageDraw

from qunluo.web.core import drawing, emblem, theme

WIDTH, HEIGHT, MARGIN, CODE = 1080, 1440, 88, 300
PAPER, INK, SOFT = "#f8f5ee", "#26231e", "#57514a"


def as_png(image: Image.Image, colours: int = 128) -> bytes:
    """Return a picture as PNG of so many colours."""
    out = BytesIO()
    image.quantize(colours).save(out, "PNG", optimize=True)
    return out.getvalue()


def sheet(name: str, colour: str) -> tuple[Image.Image, str]:
    """Return paper with the growth rings of the community in its corner, and its colour."""
    fill = theme.tokens(colour, theme.LIGHT)["brand"]
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), PAPER)
    draw = ImageDraw.Draw(image)
    seed = emblem.seed_of(name)
    for i in range(9):
        around = emblem.ring_points(seed, 120 + 120 * i, 0.1 + 0.018 * i, (2050, 120))
        draw.line(drawing.curve(around), fill="#ece4d4", width=4, joint="curve")
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), fill


def foot_of(
    image: Image.Image, community: tuple[str, str, str], link: str, hint: str, foot: int
) -> None:
    """Draw whose words these are, and the code that leads to the rest."""
    name, symbol, colour = community
    draw = ImageDraw.Draw(image)
    draw.line([(MARGIN, foot - 48), (WIDTH - MARGIN, foot - 48)], fill="#d9cfbc", width=2)
    side, scale = 112, 4
    seal = Image.open(BytesIO(drawing.community_icon(name, symbol, colour, side))).convert("RGB")
    mask = Image.new("L", (side * scale, side * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, side * scale, side * scale], 30 * scale, fill=255)
    image.paste(seal, (MARGIN, foot), mask.resize((side, side), Image.Resampling.LANCZOS))
    room = WIDTH - 2 * MARGIN - CODE - 48
    y = foot + side + 28
    for line in drawing.lines_of(name, 44, room, 2):
        draw.text((MARGIN, y), line, fill=INK, font=drawing.font(44, bold=True))
        y += 60
    draw.text((MARGIN, HEIGHT - MARGIN), hint, fill=SOFT, font=drawing.font(30), anchor="ls")
    out = BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(out, kind="png", scale=12, border=3, dark="#000", light="#fff")
    drawn = Image.open(out).convert("L").resize((CODE, CODE), Image.Resampling.LANCZOS)
    rounded = Image.new("L", (CODE, CODE), 0)
    ImageDraw.Draw(rounded).rounded_rectangle([0, 0, CODE - 1, CODE - 1], 24, fill=255)
    image.paste(drawn.convert("RGB"), (WIDTH - MARGIN - CODE, foot), rounded)
