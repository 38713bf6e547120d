"""Ninety days, told in order: who does what, and when."""

import heapq
import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from qunluo.blueprints.demo.books import books
from qunluo.blueprints.demo.calendar import calendar
from qunluo.blueprints.demo.cast import Cast, read
from qunluo.blueprints.demo.channels import channels
from qunluo.blueprints.demo.chat import chat
from qunluo.blueprints.demo.dealers import dealers
from qunluo.blueprints.demo.entry import entry
from qunluo.blueprints.demo.order import order
from qunluo.blueprints.demo.services import services
from qunluo.blueprints.demo.shares import shares
from qunluo.blueprints.demo.shop import shop
from qunluo.blueprints.demo.stage import PASSWORD, Stage
from qunluo.blueprints.demo.talk import talk
from qunluo.blueprints.demo.trade import bring_customers, invite_some
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.reach import actions as reach

DAYS = 90
COMMUNITIES = {
    "farm.toml": "Asia/Shanghai",
    "reading.toml": "Asia/Shanghai",
    "makers.toml": "Europe/Berlin",
    "kettle.toml": "Asia/Shanghai",
}
LOGINS = [
    ("Owner", "owner@demo.qunluo.test", "/c/shanhou/desk/"),
    ("Operator", "operator@demo.qunluo.test", "/c/shanhou/desk/"),
    ("Member", "member@demo.qunluo.test", "/c/shanhou/"),
    ("Owner (en)", "makers-owner@demo.qunluo.test", "/c/offcut/desk/"),
    ("Owner (dealers)", "kettle-owner@demo.qunluo.test", "/c/kettle/desk/"),
]
EVENINGS = [
    ["intention", "purpose", "positioning", "attitude", "people", "bonding", "codes"],
    ["scope", "joining", "axes", "carrier", "readiness", "product", "study", "gains", "business"],
    [
        "marketing",
        "operating",
        "spreading",
        "meaning",
        "rules",
        "tone",
        "story",
        "identity",
        "change",
    ],
]
Act = Callable[[], object]


def logins() -> list[tuple[str, str, str, str]]:
    """Return (part, e-mail, password, page) of the people one can sign in as."""
    return [(part, email, PASSWORD, page) for part, email, page in LOGINS]


def fill(progress: Callable[[int, int, str], None], *, seed: int = 7) -> None:
    """Let the demo's communities live from ninety days ago until now."""
    taken: set[str] = set()
    end = now()
    plot = Plot(end - timedelta(days=DAYS), end)
    for number, (name, zone) in enumerate(COMMUNITIES.items()):
        data = read(name)
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - a story, not a secret
        tell(plot, Stage(data, Cast(read(data["people"]), rng, taken), rng, zone))
    plot.play(progress)


class Plot:
    """What will happen, earliest first; an act may add what follows from it."""

    def __init__(self, start: datetime, end: datetime) -> None:
        """Begin at `start`; whatever would come after `end` does not happen."""
        self.start, self.end = start, end
        self.acts: list[tuple[datetime, int, Act]] = []
        self.order = count()

    def at(self, day: float, hour: float, zone: str, act: Act) -> None:
        """Plan an act for a day of the story, at an hour of the local day."""
        local = self.start.astimezone(ZoneInfo(zone)).date() + timedelta(days=int(day))
        moment = datetime.combine(local, time(), ZoneInfo(zone)) + timedelta(hours=hour)
        if self.start <= moment < self.end:
            heapq.heappush(self.acts, (moment, next(self.order), act))

    def later(self, moment: datetime, act: Act) -> None:
        """Plan what follows from something at a moment."""
        if moment < self.end:
            heapq.heappush(self.acts, (moment, next(self.order), act))

    def day_of(self, moment: datetime) -> int:
        """Return how many days of the story have passed."""
        return (moment - self.start).days

    def play(self, progress: Callable[[int, int, str], None]) -> None:
        """Let everything happen, and deliver what each day brought before the next."""
        day = 0
        with travel(self.start) as clock:
            while self.acts:
                moment, _, act = heapq.heappop(self.acts)
                clock.move_to(moment)
                act()
                if self.day_of(moment) > day:
                    day = self.day_of(moment)
                    deliver_the_day()
                    progress(day, DAYS, moment.date().isoformat())
            clock.move_to(self.end)
            deliver_the_day()
        progress(DAYS, DAYS, "")


def deliver_the_day() -> None:
    """Let everybody learn what happened, by letter too: none of them is left for today's post."""
    drain()
    reach.send_due_notices()
    reach.send_due()


def tell(plot: Plot, stage: Stage) -> None:
    """Plan the story of one community."""
    founding(plot, stage)
    if "shop" in stage.data:
        dealers(plot, stage)
        talk(plot, stage, stage.data["thread"])
        return
    trade(plot, stage)
    order(plot, stage)
    talk(plot, stage, read(f"talk_{stage.data['people'].removeprefix('people_')}")["thread"])
    name = stage.data["people"].removeprefix("people_").removesuffix(".toml")
    chat(plot, stage, name)
    if name == "farm":
        calendar(plot, stage)
        channels(plot, stage)
    arrivals(plot, stage)
    everyday(plot, stage)
    books(plot, stage)
    services(plot, stage)
    if name == "reading":
        entry(plot, stage)
    else:
        shop(plot, stage)
    if name == "farm":
        shares(plot, stage)


def founding(plot: Plot, stage: Stage) -> None:
    """Plan the first week, and what the founders change later."""
    data, zone = stage.data, stage.zone
    plot.at(1, 8.5, zone, stage.found)
    for day, steps in enumerate(EVENINGS, start=1):
        written = [step for step in steps if step in data["charter"]]
        plot.at(day, 20.6, zone, partial(stage.write_charter, written))
    due_on = (plot.end + timedelta(days=120)).date().isoformat()
    plot.at(4, 19.0, zone, partial(stage.set_goal, due_on))
    plot.at(4, 20.0, zone, stage.appoint)
    plot.at(6, 9.5, zone, stage.publish)
    for day, selection in zip((14, 52), data["selection"][1:], strict=False):
        plot.at(day, 10.0, zone, partial(stage.choose, selection))
    for amendment in data.get("amendment", []):
        plot.at(amendment["day"], 21.2, zone, partial(stage.amend, amendment))


def trade(plot: Plot, stage: Stage) -> None:
    """Plan the founding seats, and the customers of old who are asked back."""
    data, rng, zone = stage.data, stage.rng, stage.zone
    plot.at(6, 21.5, zone, stage.seat_first)
    for day in range(7, 33, 2):
        plot.at(day, rng.uniform(10, 18), zone, partial(court, plot, stage, day))
    if "customers" in data:
        plot.at(9, 14.2, zone, partial(bring_customers, stage))
        for day in (16, 47):
            plot.at(day, 10.4, zone, partial(come_back, plot, stage, day))


def everyday(plot: Plot, stage: Stage) -> None:
    """Plan what happens on any day: care, pledges, new hosts, farewells, once a removal."""
    data, rng, zone = stage.data, stage.rng, stage.zone
    for day in range(8, DAYS):
        for _ in range(rng.choice([0, 1, 1, 2])):
            plot.at(day, rng.uniform(9, 21), zone, stage.care)
        if rng.random() < 0.18:
            plot.at(day, rng.uniform(7, 22), zone, stage.promise)
    for day in sorted(rng.sample(range(20, DAYS - 2), 3)):
        plot.at(day, rng.uniform(10, 20), zone, stage.host)
    for day in sorted(rng.sample(range(30, DAYS - 1), 3)):
        plot.at(day, rng.uniform(8, 22), zone, stage.part)
    if "removal" in data:
        plot.at(63, 13.5, zone, stage.expel)


def arrivals(plot: Plot, stage: Stage) -> None:
    """Plan who comes when: slowly at first, then with the word of mouth of those who are in."""
    rng, zone = stage.rng, stage.zone
    coming = stage.data["size"] - 1 - len(stage.cast.written("operator"))
    for who in stage.cast.written("member"):
        plot.at(6, 18.3, zone, partial(stage.invite, who))
        coming -= 1
    for _ in range(coming):
        day = 6 + (DAYS - 6) * rng.betavariate(1.6, 1.2)
        plot.at(day, rng.choice([rng.uniform(6, 9), rng.uniform(11.5, 14), rng.uniform(18, 23)]),
                zone, partial(arrive, plot, stage, day))  # fmt: skip


def court(plot: Plot, stage: Stage, day: float) -> None:
    """Ask one more for the first hundred; who wants to comes within days."""
    if contact := stage.court():
        plot.at(day + stage.rng.randint(1, 6), stage.rng.uniform(9, 21), stage.zone,
                partial(stage.sit_down, contact))  # fmt: skip


def come_back(plot: Plot, stage: Stage, day: float) -> None:
    """Some customers of old open their link in the days after they got it."""
    for customer, code in invite_some(stage):
        plot.at(day + 1 + stage.rng.expovariate(1 / 6), stage.rng.uniform(8, 22), stage.zone,
                partial(stage.return_by, customer.name, code))  # fmt: skip


def arrive(plot: Plot, stage: Stage, day: float) -> None:
    """Somebody comes: by a friend's link, or by knocking; who knocks may have to wait a day."""
    who = stage.cast.next()
    if stage.community.selection == "invitation" or stage.rng.random() < 0.55:
        recent = [stage.owner, *stage.operators, *stage.members[-30:]]
        stage.invite(who, by=stage.rng.choice(recent))
        return
    asked = stage.knock(who)
    if asked:
        plot.at(day + 1, stage.rng.uniform(9, 20), stage.zone, partial(stage.decide, asked))
