"""The pictures of a product or a campaign that people send to each other."""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps

from qunluo.kernel import media
from qunluo.web.core import drawing, theme
from qunluo.web.core.paper import CODE, HEIGHT, INK, MARGIN, SOFT, WIDTH, as_png, foot_of, sheet

PHOTO, SEAT, MOST_SEATS = 620, 60, 6
LINE = "#d9cfbc"


@dataclass(frozen=True)
class Goods:
    """What a picture says. `seats` are who is in, a letter or nothing for each, of `size`."""

    label: str
    title: str
    price: str = ""
    beside: str = ""
    stands: str = ""
    picture: str = ""
    seats: tuple[str, ...] = ()
    size: int = 0


@lru_cache(maxsize=64)
def goods_card(community: tuple[str, str, str], said: Goods, link: str, hint: str) -> bytes:
    """Return the picture (1080 × 1440): what is sold, how it stands, and the code to scan.

    `community` is its name, symbol and colour.
    """
    name, _symbol, colour = community
    image, fill = sheet(name, colour)
    draw = ImageDraw.Draw(image)
    _photo(image, said, colour)
    y = PHOTO + 44
    draw.text((MARGIN, y), said.label, fill=fill, font=drawing.font(34, bold=True))
    y += 60
    room = WIDTH - 2 * MARGIN
    points = 58 if len(drawing.lines_of(said.title, 58, room, 9)) == 1 else 48
    for line in drawing.lines_of(said.title, points, room, 2):
        draw.text((MARGIN, y), line, fill=INK, font=drawing.font(points, bold=True))
        y += round(points * 1.35)
    y += 12
    if said.price:
        face = drawing.font(64, bold=True)
        draw.text((MARGIN, y), said.price, fill=fill, font=face)
        after = MARGIN + face.getlength(said.price) + 28
        draw.text((after, y + 58), said.beside, fill=SOFT, font=drawing.font(32), anchor="ls")
        y += 92
    draw.text((MARGIN, y), said.stands, fill=SOFT, font=drawing.font(34))
    if said.size:
        _seats(draw, said, fill, PHOTO + 32)
    foot_of(image, community, link, hint, HEIGHT - MARGIN - CODE)
    return as_png(image, 255)


def _photo(image: Image.Image, said: Goods, colour: str) -> None:
    """Put the picture over the whole width, or the colour of the community where there is none."""
    if said.picture:
        with media.open(said.picture) as kept:
            shown = ImageOps.fit(Image.open(kept).convert("RGB"), (WIDTH, PHOTO))
        image.paste(shown, (0, 0))
        return
    shades = theme.tokens(colour, theme.LIGHT)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, PHOTO), fill=shades["brand"])
    letter = said.title[:1]
    if drawing.writable(letter):
        face = drawing.font(260, bold=True)
        draw.text((WIDTH / 2, PHOTO / 2), letter, fill=shades["on-brand"], font=face, anchor="mm")


def _seats(draw: ImageDraw.ImageDraw, said: Goods, fill: str, y: int) -> None:
    """Draw who has a seat and which are free, from the right; of many the first ones."""
    shown = min(said.size, MOST_SEATS)
    x = WIDTH - MARGIN - shown * (SEAT + 14) + 14
    for n in range(shown):
        taken = n < len(said.seats)
        box = (x, y, x + SEAT, y + SEAT)
        draw.ellipse(box, fill=fill if taken else None, outline=fill if taken else LINE, width=3)
        letter = said.seats[n] if taken else "?"
        if letter and drawing.writable(letter):
            ink = "#ffffff" if taken else SOFT
            middle = (x + SEAT / 2, y + SEAT / 2)
            draw.text(middle, letter, fill=ink, font=drawing.font(28, bold=True), anchor="mm")
        x += SEAT + 14
