"""From one brand colour to the tokens of a page, light and dark, readable whatever the colour."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import atan2 as angle
from math import cbrt, cos, hypot, sin
from re import fullmatch

DEFAULT = "#2f6f4f"
TEXT, SHAPE = (
    4.5,
    3.0,
)  # the contrast ratios that WCAG AA asks of text, and of large text and shapes

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Paper:
    """The neutral grounds of one scheme, on which the brand has to be readable."""

    page: str
    raised: str
    sunk: str
    ink: str
    dark: bool


LIGHT = Paper(page="#f8f5ee", raised="#fffdf9", sunk="#f0ebe1", ink="#26231e", dark=False)
DARK = Paper(page="#1c1a17", raised="#262320", sunk="#151311", ink="#ece7dd", dark=True)


def normal(colour: str) -> str:
    """Return #rrggbb in lower case; anything that is not a colour becomes the default."""
    colour = colour.strip().lower()
    if fullmatch(r"#[0-9a-f]{6}", colour):
        return colour
    if fullmatch(r"#[0-9a-f]{3}", colour):
        return "#" + "".join(2 * digit for digit in colour[1:])
    return DEFAULT


def key(colour: str) -> str:
    """Return the six digits that name the stylesheet of a colour."""
    return normal(colour)[1:]


def _linear(colour: str) -> Rgb:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


def _hex(rgb: Rgb) -> str:
    shown = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in rgb)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, c))):02x}" for c in shown)


def oklch(colour: str) -> tuple[float, float, float]:
    """Return lightness 0–1, chroma and hue (radians) of #rrggbb in the OKLCH space."""
    r, g, b = _linear(colour)
    long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    mid = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short
    return lightness, hypot(green_red, blue_yellow), angle(blue_yellow, green_red)


def _rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
    )


def colour(lightness: float, chroma: float, hue: float) -> str:
    """Return #rrggbb; a chroma that no screen can show is lowered, the lightness kept."""
    lightness = min(1.0, max(0.0, lightness))
    low, high = 0.0, chroma
    for _ in range(14):
        middle = (low + high) / 2
        shown = all(-0.0005 <= c <= 1.0005 for c in _rgb(lightness, middle, hue))
        low, high = (middle, high) if shown else (low, middle)
    fits = all(-0.0005 <= c <= 1.0005 for c in _rgb(lightness, chroma, hue))
    return _hex(_rgb(lightness, chroma if fits else low, hue))


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21."""
    lights = sorted(
        0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (_linear(one), _linear(other))
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _readable(base: str, grounds: Iterable[str], ratio: float, *, lighter: bool) -> str:
    """Return the shade nearest to the base that keeps the ratio on every ground."""
    grounds = list(grounds)
    lightness, chroma, hue = oklch(base)
    step = 0.01 if lighter else -0.01
    shade = base
    while min(contrast(shade, ground) for ground in grounds) < ratio:
        lightness += step
        if not 0 < lightness < 1:
            return "#ffffff" if lighter else "#000000"
        shade = colour(lightness, chroma, hue)
    return shade


def _on(fill: str, paper: Paper) -> str:
    """Return the text colour for a filled ground: our ink or paper when they read, else pure."""
    ours = [LIGHT.raised, LIGHT.ink] if not paper.dark else [LIGHT.raised, DARK.sunk]
    best = max(ours, key=lambda text: contrast(text, fill))
    if contrast(best, fill) >= TEXT:
        return best
    return max(("#ffffff", "#000000"), key=lambda text: contrast(text, fill))


def tokens(brand: str, paper: Paper) -> dict[str, str]:
    """Return the brand tokens of one scheme.

    `brand` fills, `on-brand` writes on the fill, `brand-edge` draws shapes on paper, `brand-ink`
    writes on paper, `brand-wash` tints a ground and `brand-line` is its hairline.
    """
    brand = normal(brand)
    lightness, chroma, hue = oklch(brand)
    fill = colour(min(0.86, max(0.44, lightness)), chroma, hue) if paper.dark else brand
    text = _on(fill, paper)
    away = -0.05 if contrast(text, "#000000") > contrast(text, "#ffffff") else 0.05
    fill_lightness = oklch(fill)[0]
    hover = colour(fill_lightness + away, chroma, hue)
    if contrast(text, hover) < TEXT:
        hover = fill
    wash = colour(0.285 if paper.dark else 0.945, min(chroma, 0.028), hue)
    grounds = [paper.page, paper.raised, paper.sunk]
    return {
        "brand": fill,
        "brand-hover": hover,
        "on-brand": text,
        "brand-edge": _readable(fill, grounds, SHAPE, lighter=paper.dark),
        "brand-ink": _readable(fill, [*grounds, wash], TEXT, lighter=paper.dark),
        "brand-wash": wash,
        "brand-line": colour(0.40 if paper.dark else 0.86, min(chroma, 0.045), hue),
    }


def stylesheet(brand: str) -> str:
    """Return the CSS that themes a page by its brand colour in both schemes."""
    light = _block(tokens(brand, LIGHT))
    dark = _block(tokens(brand, DARK))
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
    )


def _block(values: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())
