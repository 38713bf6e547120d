"""Pictures of what the demo sells: still lifes of a few plain shapes, drawn from their numbers."""

import math
import random
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

SIDE, FINE = 900, 2  # pixels of a picture; drawn so many times larger, for smooth edges
LIGHT, SHADE = 0.16, 0.2  # how much a shape is lighter at its left and darker at its right
Box = tuple[float, float, float, float]


def still_life(said: Mapping[str, Any]) -> bytes:
    """Return a picture as PNG: `wall` and `table` are colours, `shapes` lie from back to front.

    A shape is a list: its form, its colour and its numbers, in hundredths of the side. A `half`
    and a `dome` are the lower and the upper half of an `oval`; `dots` are strewn within one.
    """
    image = _ground(said["wall"], said["table"])
    for form, colour, *numbers in said["shapes"]:
        mask = _masks(form, numbers)
        if form == "shadow":
            soft = mask.filter(ImageFilter.GaussianBlur(SIDE * FINE // 60))
            image.paste(colour, (0, 0), soft.point(lambda one: one * 2 // 5))
        elif box := mask.getbbox():
            image.paste(_lit(colour, box), box[:2], mask.crop(box))
    out = BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _ground(wall: str, table: str) -> Image.Image:
    """Return a wall with light from the left above a table."""
    side = SIDE * FINE
    image = _flat(wall)
    falls = Image.linear_gradient("L").rotate(60, expand=False).resize((side, side))
    image = Image.composite(_flat(_mix(wall, "#000000", 0.14)), image, falls)
    edge = round(side * 0.66)
    image.paste(_flat(table).crop((0, edge, side, side)), (0, edge))
    near = Image.linear_gradient("L").resize((side, side - edge))
    image.paste(_flat(_mix(table, "#ffffff", 0.22)).crop((0, edge, side, side)), (0, edge), near)
    return image


def _flat(colour: str) -> Image.Image:
    return Image.new("RGB", (SIDE * FINE, SIDE * FINE), colour)


def _lit(colour: str, box: tuple[int, int, int, int]) -> Image.Image:
    """Return a colour as large as a box, lighter at its left and darker at its right."""
    size = (box[2] - box[0], box[3] - box[1])
    light = Image.new("RGB", size, _mix(colour, "#ffffff", LIGHT))
    dark = Image.new("RGB", size, _mix(colour, "#000000", SHADE))
    return Image.composite(dark, light, Image.linear_gradient("L").rotate(90).resize(size))


def _mix(one: str, other: str, share: float) -> str:
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _masks(form: str, numbers: Sequence[float]) -> Image.Image:
    """Return where a shape is: white on black."""
    mask = Image.new("L", (SIDE * FINE, SIDE * FINE), 0)
    FORMS[form](ImageDraw.Draw(mask), [one * SIDE * FINE / 100 for one in numbers])
    return mask


def _around(at: Sequence[float]) -> Box:
    x, y, wide, high = at[:4]
    return x - wide, y - high, x + wide, y + high


def _oval(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.ellipse(_around(at), fill=255)


def _half(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.pieslice(_around(at), 0, 180, fill=255)


def _dome(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.pieslice(_around(at), 180, 360, fill=255)


def _arch(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.arc(_around(at), 180, 360, fill=255, width=round(at[4]))


def _box(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.rounded_rectangle((at[0], at[1], at[2], at[3]), at[4], fill=255)


def _line(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.line(at[:4], fill=255, width=round(at[4]))


def _poly(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    draw.polygon(at, fill=255)


def _egg(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    """Draw an oval that is narrower above."""
    x, y, wide, high = at[:4]
    line = []
    for n in range(120):
        turn = math.tau * n / 120
        narrow = 1 - 0.18 * (1 - math.sin(turn)) / 2
        line.append((x + wide * narrow * math.cos(turn), y + high * math.sin(turn)))
    draw.polygon(line, fill=255)


def _dots(draw: ImageDraw.ImageDraw, at: Sequence[float]) -> None:
    """Draw many small grains strewn within an oval: its place and size, how many, how large."""
    x, y, wide, high, hundredths, size = at[:6]
    chance = random.Random(str(at))  # noqa: S311 - a picture, the same each time
    for _n in range(round(hundredths * 100 / SIDE / FINE)):
        turn, far = chance.uniform(0, math.tau), math.sqrt(chance.random())
        one = Image.new("L", (round(size * 2) + 2,) * 2, 0)
        ImageDraw.Draw(one).ellipse((1, size * 0.6, size * 2, size * 1.4), fill=255)
        left, top = x + wide * far * math.cos(turn) - size, y + high * far * math.sin(turn) - size
        draw.bitmap((round(left), round(top)), one.rotate(chance.uniform(0, 180)), fill=255)


FORMS = {
    "oval": _oval, "shadow": _oval, "half": _half, "dome": _dome, "arch": _arch, "box": _box,
    "line": _line, "poly": _poly, "egg": _egg, "dots": _dots,
}  # fmt: skip
