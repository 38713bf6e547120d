"""A shop with 72 things, the same for every page of a shop that is measured."""

import random
from dataclasses import dataclass

PEOPLE, GOODS, LISTED = 16, 72, 24
SHELVES = ["food", "clothing", "home", "learning", "care", "tools"]
SIZES = ["小份", "中份", "大份"]


@dataclass
class Form:
    """In which size something is sold; amounts in cents."""

    name: str
    price: int
    member_price: int
    amount: int


@dataclass
class Good:
    """Something that is sold."""

    number: int
    title: str
    lead: str
    text: str
    category: str
    origin: str
    quality: str
    defects: str
    needs: list[str]
    parts: list[tuple[str, int]]
    forms: list[Form]
    picture: str


def build(texts: list[str]) -> list[Good]:
    """Return what is sold; the same for the same texts."""
    chance = random.Random(11)  # noqa: S311 - the same shop in every run
    words = iter(texts)
    made = []
    for number in range(1, GOODS + 1):
        forms = []
        for size in SIZES[: 1 + number % 3]:
            price = chance.randrange(10, 200) * 100
            forms.append(Form(size, price, price * 9 // 10, chance.randrange(20, 400)))
        first = forms[0].price
        made.append(
            Good(
                number=number,
                title=next(words)[:20].strip() or "大米",
                lead=next(words)[:60].strip(),
                text="\n\n".join(next(words) for _one in range(6)),
                category=SHELVES[number % len(SHELVES)],
                origin="云南 · 元阳",
                quality=f"每年检测两次，有报告。{next(words)[:180]}",
                defects=next(words)[:80],
                needs=[next(words)[:30].strip(), next(words)[:30].strip()],
                parts=[
                    ("原料", first // 2),
                    ("人工", first // 4),
                    ("运费", first - first * 3 // 4),
                ],
                forms=forms,
                picture=f"market/{number:04d}.webp",
            )
        )
    return made
