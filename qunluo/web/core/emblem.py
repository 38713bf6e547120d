"""Pictures drawn from what is known: a community's emblem, a person's portrait, contour lines."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from math import cos, pi, sin, sqrt

from markupsafe import Markup, escape

from qunluo.web.core import theme


def seed_of(text: str) -> list[int]:
    """Return 32 numbers from 0 to 255, always the same for a text."""
    return list(blake2b(text.encode(), digest_size=32).digest())


def glyph(symbol: str, name: str) -> str:
    """Return what stands for a name: the chosen sign, else its first character."""
    chosen = symbol.strip()
    if chosen and "/" not in chosen and len(chosen) <= 4:
        return chosen
    return next((c for c in name if c.isalnum()), "群").upper()


def initials(name: str) -> str:
    """Return one Chinese character (the given name's last) or up to two Latin initials."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "·"
    if any("\u3400" <= c <= "\u9fff" for c in name):
        return next(c for c in reversed(name) if c.isalnum())
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()


Points = list[tuple[float, float]]


def ring_points(
    seed: list[int], radius: float, wobble: float, centre: tuple[float, float]
) -> Points:
    """Return twelve points of a closed, irregular line around a centre."""
    points = []
    for i in range(12):
        reach = radius * (1 + (seed[i % 32] / 255 - 0.5) * 2 * wobble)
        turn = 2 * pi * i / 12
        points.append((centre[0] + reach * cos(turn), centre[1] + reach * sin(turn)))
    return points


def ring(seed: list[int], radius: float, wobble: float, centre: tuple[float, float]) -> str:
    """Return the path of one closed, irregular line around a centre."""
    points = ring_points(seed, radius, wobble, centre)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for one, two, end in bends(points):
        path += f"C{one[0]:.1f} {one[1]:.1f} {two[0]:.1f} {two[1]:.1f} {end[0]:.1f} {end[1]:.1f}"
    return path + "Z"


def bends(points: Points) -> list[Points]:
    """Return a smooth curve through the points: two handles and an end for each stretch."""
    count = len(points)
    found = []
    for i in range(count):
        before, here = points[i - 1], points[i]
        after, beyond = points[(i + 1) % count], points[(i + 2) % count]
        one = (here[0] + (after[0] - before[0]) / 6, here[1] + (after[1] - before[1]) / 6)
        two = (after[0] - (beyond[0] - here[0]) / 6, after[1] - (beyond[1] - here[1]) / 6)
        found.append([one, two, after])
    return found


@lru_cache(maxsize=128)
def contours(text: str, lines: int = 9) -> Markup:
    """Return the contour lines of a community: the same for the same text, unlike any other's."""
    seed = seed_of(text)
    centre = (250 + seed[30] / 2, 110 + seed[31] / 4)
    paths = "".join(
        f'<path d="{ring(seed, 26 + 30 * i, 0.10 + 0.018 * i, centre)}"/>' for i in range(lines)
    )
    return Markup(  # noqa: S704 - numbers only
        '<svg class="contours" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice" '
        f'aria-hidden="true" fill="none" stroke="currentColor">{paths}</svg>'
    )


@lru_cache(maxsize=256)
def seal_colours(colour: str) -> tuple[str, str]:
    """Return ground and sign of a seal in a brand colour."""
    told = theme.tokens(colour, theme.LIGHT)
    return told["brand"], told["on-brand"]


@lru_cache(maxsize=512)
def emblem(name: str, symbol: str, colour: str, size: int = 48, picture: str = "") -> Markup:
    """Return a community's seal in its brand colour, or its picture when it has one."""
    if picture:
        return Markup('<img class="emblem" src="{}" alt="" width="{}" height="{}">').format(
            picture, size, size
        )
    ground, ink = seal_colours(colour)
    return Markup(
        '<svg class="emblem" width="{size}" height="{size}" viewBox="0 0 48 48" aria-hidden="true">'
        '<rect width="48" height="48" rx="13" fill="{ground}"/>'
        '<path d="{ring}" fill="none" stroke="{ink}" stroke-opacity=".45" stroke-width=".9"/>'
        '<text x="24" y="24" dy=".355em" text-anchor="middle" font-size="{points}" fill="{ink}">'
        "{glyph}</text></svg>"
    ).format(
        size=size,
        ground=ground,
        ink=ink,
        ring=ring(seed_of(name), 19.5, 0.06, (24, 24)),
        points=22 if len(glyph(symbol, name)) == 1 else 16,
        glyph=glyph(symbol, name),
    )


HUES = (0.45, 0.95, 1.35, 1.9, 2.5, 3.1, 3.7, 4.3, 4.9, 5.5, 6.0)
PALETTE = [(theme.colour(0.86, 0.06, hue), theme.colour(0.36, 0.07, hue)) for hue in HUES]


def portrait_colours(seed: str) -> tuple[str, str]:
    """Return ground and ink of a drawn portrait; the ink reads on the ground."""
    return PALETTE[seed_of(seed)[0] % len(PALETTE)]


@lru_cache(maxsize=4096)
def portrait(name: str, seed: str, size: int = 40, label: str = "") -> Markup:
    """Return a drawn portrait: initials on a soft ground that belongs to this person."""
    ground, ink = portrait_colours(seed)
    told = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
    return Markup(
        '<svg class="portrait" width="{size}" height="{size}" viewBox="0 0 40 40" {told}>'
        '<rect width="40" height="40" fill="{ground}"/>'
        '<text x="20" y="20" dy=".355em" font-size="{points}" fill="{ink}">'
        "{initials}</text></svg>"
    ).format(
        size=size,
        told=Markup(told),  # noqa: S704 - built above from escaped parts
        ground=ground,
        ink=ink,
        points=17 if len(initials(name)) == 1 else 15,
        initials=escape(initials(name)),
    )


GOLDEN = pi * (3 - sqrt(5))  # the angle by which seeds stand in a sunflower: no two in line
MOST_DOTS = 90


def gathering(name: str, people: Sequence[str], symbol: str = "", picture: str = "") -> Markup:
    """Return the picture of a community: its sign, around it one dot for each of its people.

    `people` are the seeds of their portraits, the nearest first; a dot has its portrait's colour.
    """
    return _gathering(name, tuple(people[:MOST_DOTS]), symbol, picture)


@lru_cache(maxsize=128)
def _gathering(name: str, people: tuple[str, ...], symbol: str, picture: str) -> Markup:
    seed = seed_of(name)
    step = min(33.0, 168 / sqrt(len(people) + 5))
    rings = "".join(
        f'<path d="{ring(seed, 52 + 37 * i, 0.05 + 0.012 * i, (200, 200))}"/>' for i in range(6)
    )
    return Markup(
        '<svg class="gathering" viewBox="0 0 400 400" aria-hidden="true">'
        '<g class="gathering-rings">{rings}</g>{dots}{heart}</svg>'
    ).format(
        rings=Markup(rings),  # noqa: S704 - numbers only
        dots=Markup(_dots(people, step, seed[0])),  # noqa: S704 - numbers and our own colours only
        heart=_heart(glyph(symbol, name), step, picture),
    )


def _dots(people: Sequence[str], step: float, turned: int) -> str:
    return "".join(
        f'<circle cx="{200 + step * sqrt(i + 5) * cos(i * GOLDEN + turned):.1f}" '
        f'cy="{200 + step * sqrt(i + 5) * sin(i * GOLDEN + turned):.1f}" '
        f'r="{step * (0.47 - 0.15 * i / (len(people) + 8)):.1f}" '
        f'fill="{portrait_colours(person)[0]}"/>'
        for i, person in enumerate(people)
    )


def _heart(sign: str, step: float, picture: str) -> Markup:
    reach = step * 1.25
    if picture:
        return Markup(
            '<clipPath id="heart"><circle cx="200" cy="200" r="{r}"/></clipPath>'
            '<image href="{src}" x="{at}" y="{at}" width="{side}" height="{side}" '
            'clip-path="url(#heart)"/>'
        ).format(r=f"{reach:.1f}", src=picture, at=f"{200 - reach:.1f}", side=f"{2 * reach:.1f}")
    return Markup(
        '<circle class="gathering-heart" cx="200" cy="200" r="{r}"/>'
        '<text x="200" y="200" dy=".355em" text-anchor="middle" font-size="{points}">{sign}</text>'
    ).format(r=f"{reach:.1f}", points=f"{step * (1.2 if len(sign) == 1 else 0.9):.0f}", sign=sign)
